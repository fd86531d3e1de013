// Functions whose code is a container image: the image is looked up in the registry, and what a zip may say is refused.
import { BadImage, UnsupportedImage } from "../../functions/images/refusals.ts";
import type { CodePackage, ImageOverride } from "../../functions/function.ts";
import { Fault } from "../../kernel/fault.ts";
import { type ImageName, parseImageName, registryOfHost } from "../../kernel/image-name.ts";
import { invalid } from "./faults.ts";
import type { Input, LambdaContext } from "./op.ts";

type Asked = Partial<Input<"CreateFunction">>;
type Context = Pick<LambdaContext, "heart" | "call" | "endpoint" | "account" | "region">;

/** What a function of this kind must not say. */
export function refuseWhatIsForZips({ Handler, Runtime, Layers }: Asked): void {
  if (Handler !== undefined || Runtime !== undefined || Layers?.length) throw invalid("Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.");
}

/** The override a function asks for; undefined when it says nothing. */
export function imageOverride(asked: Asked["ImageConfig"]): ImageOverride | undefined {
  if (!asked) return undefined;
  const { EntryPoint, Command, WorkingDirectory } = asked;
  if (WorkingDirectory && !WorkingDirectory.startsWith("/")) throw invalid(`The WorkingDirectory ${WorkingDirectory} is not an absolute path.`);
  if ([...(EntryPoint ?? []), ...(Command ?? []), WorkingDirectory ?? ""].some((word) => word.includes("\0"))) throw invalid("ImageConfig can not contain a NUL character.");
  return {
    // Empty lists and texts take an override back, as on the original.
    ...(EntryPoint?.length ? { entryPoint: EntryPoint } : {}),
    ...(Command?.length ? { command: Command } : {}),
    ...(WorkingDirectory ? { workingDirectory: WorkingDirectory } : {}),
  };
}

/** The code of a new function of this kind. */
export function imageCode({ ImageUri, ZipFile, S3Bucket, S3Key }: NonNullable<Asked["Code"]>, context: Context): Promise<CodePackage> {
  if (!ImageUri || ZipFile || S3Bucket || S3Key) throw invalid("Please provide ImageUri when creating a function with packageType Image.");
  return imageFrom(ImageUri, context);
}

/** The image a URI names, its files laid out. Faults in the original's words when there is none or it can not run here. */
export async function imageFrom(uri: string, context: Context): Promise<CodePackage> {
  const name = parseImageName(uri);
  if (!name || (name.tag === undefined && name.digest === undefined) || !isHere(name, context)) throw invalid(`Source image ${uri} is not valid. Provide a valid source image.`);
  const manifest = await manifestAt(name, name.digest === undefined ? { imageTag: name.tag } : { imageDigest: name.digest }, context);
  if (!manifest) throw missing(uri);
  const manifestOf = async (imageDigest: string): Promise<Uint8Array> => {
    const found = await manifestAt(name, { imageDigest }, context);
    if (!found) throw missing(uri);
    return found.bytes;
  };
  try {
    return await context.heart.images.add({ uri, repository: name.base, manifest, manifestOf });
  } catch (error) {
    if (error instanceof UnsupportedImage) throw invalid(`The image manifest, config or layer media type for the source image ${uri} is not supported: ${error.message}.`);
    if (error instanceof BadImage) throw invalid(`Source image ${uri} is not valid: ${error.message}.`);
    throw error;
  }
}

const missing = (uri: string): Fault => invalid(`Source image ${uri} does not exist. Provide a valid source image.`);

/** AWS's names of this region's registries, this server's address, and this machine: other registries are not asked. */
function isHere({ host, region }: ImageName, context: Pick<Context, "endpoint" | "region">): boolean {
  if (region !== undefined && region !== context.region) return false;
  return registryOfHost(host) !== undefined || host === new URL(context.endpoint).host || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}

async function manifestAt(name: ImageName, imageId: { readonly imageTag?: string; readonly imageDigest?: string }, { call }: Pick<Context, "call">) {
  try {
    const reply = (await call("ecr", "BatchGetImage", { registryId: name.account, repositoryName: name.repository, imageIds: [imageId] })) as Reply;
    const [image] = reply.images;
    return image && { bytes: Buffer.from(image.imageManifest, "utf8"), digest: image.imageId.imageDigest, mediaType: image.imageManifestMediaType };
  } catch (error) {
    if (error instanceof Fault && error.code === "RepositoryNotFoundException") return undefined;
    throw error;
  }
}

interface Reply {
  readonly images: readonly { readonly imageManifest: string; readonly imageManifestMediaType: string; readonly imageId: { readonly imageDigest: string } }[];
}
