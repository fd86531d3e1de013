// The registry's errors in the words of its API; the door of the distribution protocol translates them.
import { fault, type Fault } from "../../kernel/fault.ts";
import type { RepositoryRecord, Scope } from "./records.ts";

type Named = Scope & { readonly name: string };
const place = ({ name, account }: Named): string => `the repository with name '${name}' in the registry with id '${account}'`;

export const invalidParameter = (message: string): Fault => fault("InvalidParameterException", { message });
/** A setting of the original that does not act here yet: refused by name, never stored and ignored. */
export const notYet = (setting: string): Fault => invalidParameter(`Invalid parameter: ${setting} is not supported by Fugaz yet; leave it out.`);

export const repositoryMissing = ({ name, account }: Named): Fault =>
  fault("RepositoryNotFoundException", { message: `The repository with name '${name}' does not exist in the registry with id '${account}'` });
export const repositoryExists = ({ name, account }: Named): Fault =>
  fault("RepositoryAlreadyExistsException", { message: `The repository with name '${name}' already exists in the registry with id '${account}'` });
export const repositoryNotEmpty = ({ name, account }: Named): Fault =>
  fault("RepositoryNotEmptyException", { message: `The repository with name '${name}' in registry with id '${account}' cannot be deleted because it still contains images` });

export interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

export const imageMissing = (repository: Named, { imageDigest, imageTag }: ImageId): Fault =>
  fault("ImageNotFoundException", { message: `The image with imageId {imageDigest:'${imageDigest ?? null}', imageTag:'${imageTag ?? null}'} does not exist within ${place(repository)}` });
export const imageExists = ({ name, account }: Named, { imageDigest, imageTag }: ImageId): Fault =>
  fault("ImageAlreadyExistsException", { message: `Image with digest '${imageDigest}' and tag '${imageTag ?? null}' already exists in the repository with name '${name}' in registry with id '${account}'` });
export const tagIsImmutable = ({ name }: Named, tag: string): Fault =>
  fault("ImageTagAlreadyExistsException", { message: `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.` });
export const digestDiffers = (expected: string, actual: string): Fault =>
  fault("ImageDigestDoesNotMatchException", { message: `The provided digest '${expected}' does not match the digest '${actual}' of the image manifest.` });

export const layersMissing = (repository: Named, digests: readonly string[]): Fault =>
  fault("LayersNotFoundException", { message: `Layers with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.account}' do not exist` });
export const manifestsMissing = (repository: Named, digests: readonly string[]): Fault =>
  fault("ReferencedImagesNotFoundException", { message: `Images with digests '[${digests.join(", ")}]' required for pushing image into repository with name '${repository.name}' in the registry with id '${repository.account}' do not exist` });
export const imageIsReferenced = (digests: readonly string[]): string => `Requested image referenced by manifest list: [${digests.join(", ")}]`;

export const uploadMissing = (repository: Named, uploadId: string): Fault =>
  fault("UploadNotFoundException", { message: `Upload '${uploadId}' does not exist in ${place(repository)}` });
export const layerInvalid = (message: string): Fault => fault("InvalidLayerException", { message });
/** A piece that does not begin where the last one ended; `lastByte` is -1 when there is none yet. */
export const partInvalid = (repository: RepositoryRecord, uploadId: string, lastByte: number, firstByte: number): Fault =>
  fault("InvalidLayerPartException", {
    message: `The layer part beginning at byte ${firstByte} does not follow the last byte received, ${lastByte}`,
    registryId: repository.account, repositoryName: repository.name, uploadId, lastValidByteReceived: Math.max(lastByte, 0),
  });

export const layersInaccessible = (repository: Named, digest: string): Fault => fault("LayersNotFoundException", { message: `The layer with digest '${digest}' does not exist within ${place(repository)}` });
export const layerExists = (repository: Named, digest: string): Fault =>
  fault("LayerAlreadyExistsException", { message: `Layer with digest '${digest}' already exists in ${place(repository)}` });
