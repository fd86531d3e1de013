// How repositories and images look to AWS tools.
import type * as sdk from "@aws-sdk/client-ecr";
import { registryOfHost } from "../../kernel/image-name.ts";
import { readToken, writeToken } from "../../kernel/page-token.ts";
import { invalidParameter } from "./faults.ts";
import type { EcrContext } from "./op.ts";
import type { ManifestRecord, RepositoryRecord, TagRecord } from "./records.ts";
import { repositoryArn } from "./repositories.ts";

export function repositoryView(record: RepositoryRecord, context: Pick<EcrContext, "endpoint" | "home">): sdk.Repository {
  return {
    repositoryArn: repositoryArn(record),
    registryId: record.account,
    repositoryName: record.name,
    repositoryUri: repositoryUri(record, context),
    createdAt: new Date(record.createdMs),
    imageTagMutability: record.immutable ? "IMMUTABLE" : "MUTABLE",
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: "AES256" },
  };
}

/** Where `docker push` reaches the repository: at this server's own address, or at AWS's for who came by AWS's. */
function repositoryUri({ account, region, name }: RepositoryRecord, { endpoint, home }: Pick<EcrContext, "endpoint" | "home">): string {
  const { host, hostname } = new URL(endpoint);
  if (/\.amazonaws\.com(\.cn)?$/.test(hostname)) return `${account}.dkr.ecr.${region}.amazonaws.com/${name}`;
  if (registryOfHost(host) || (account === home.account && region === home.region)) return `${host}/${name}`;
  return `${host}/${account}/${region}/${name}`;
}

export const digestOfRecord = ({ id }: Pick<ManifestRecord, "id">): string => `sha256:${id}`;

export function imageDetail(image: ManifestRecord, tags: readonly TagRecord[], { account, name }: RepositoryRecord): sdk.ImageDetail {
  const own = tags.filter(({ manifestId }) => manifestId === image.id).map(({ tag }) => tag);
  return {
    registryId: account, repositoryName: name, imageDigest: digestOfRecord(image), ...(own.length > 0 ? { imageTags: own } : {}),
    imageSizeInBytes: image.kind === "image" ? image.imageBytes : image.sizeBytes, imagePushedAt: new Date(image.pushedMs), imageManifestMediaType: image.mediaType,
    ...(image.configType === undefined ? {} : { artifactMediaType: image.configType }),
  };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** The page after `token`; `nameOf` orders and names the items, which must be sorted by it. */
export function pageOf<T>(all: readonly T[], nameOf: (item: T) => string, token: string | undefined, size: number): Page<T> {
  const after = token === undefined ? "" : nameIn(token);
  const rest = all.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, nextToken: rest.length > size && last !== undefined ? writeToken(nameOf(last)) : undefined };
}

/** The name that a list is to go on after. */
export function nameIn(token: string): string {
  const name = readToken(token);
  if (name === undefined) throw invalidParameter("Invalid parameter at 'nextToken': it is not one of this list");
  return name;
}
