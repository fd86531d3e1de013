// Where a function's code comes from: in the request, or from a bucket.
import type { Readable } from "node:stream";
import type { CodePackage } from "../../functions/function.ts";
import { Fault, fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { invalid, notYet } from "./faults.ts";
import { imageFrom } from "./image.ts";
import type { LambdaContext } from "./op.ts";

export interface CodeSource {
  readonly ZipFile?: Uint8Array;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
  readonly ImageUri?: string;
  readonly SourceKMSKeyArn?: string;
  readonly S3ObjectStorageMode?: string;
}

/** Fault when the request that carries code is larger than the original takes, whatever is in it. */
export function requireSize({ body, operation }: Pick<LambdaContext, "body" | "operation">): void {
  const bytesMax = limits.functions.createRequestBytesMax;
  if ((body.contentLength ?? 0) > bytesMax) throw fault("RequestEntityTooLargeException", { message: `Request must be smaller than ${bytesMax} bytes for the ${operation} operation`, status: 413 });
}

/** New code for a function, of the kind it has. */
export async function newCode(source: CodeSource, before: CodePackage, context: LambdaContext): Promise<CodePackage> {
  if (!before.image) {
    if (source.ImageUri) throw invalid("Please don't provide ImageUri when updating a function with packageType Zip.");
    return packageFrom(source, context);
  }
  if (!source.ImageUri || source.ZipFile || source.S3Bucket || source.S3Key) throw invalid("Please provide ImageUri when updating a function with packageType Image.");
  return imageFrom(source.ImageUri, context);
}

/** The unpacked package, or the fault of whatever is wrong with it. */
export async function packageFrom(source: CodeSource, { heart, call }: LambdaContext): Promise<CodePackage> {
  if (source.SourceKMSKeyArn) throw notYet("SourceKMSKeyArn");
  if (source.S3ObjectStorageMode && source.S3ObjectStorageMode !== "COPY") throw notYet(`S3ObjectStorageMode ${source.S3ObjectStorageMode}`);
  if (source.ZipFile) {
    if (source.S3Bucket || source.S3Key) throw invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
    return heart.packages.add(source.ZipFile, { zippedBytesMax: heart.quotas.zippedBytesMax });
  }
  if (!source.S3Bucket || !source.S3Key) throw invalid("Please provide a source for function code.");
  return heart.packages.add(await objectBody(source, call));
}

async function objectBody({ S3Bucket, S3Key, S3ObjectVersion }: CodeSource, call: LambdaContext["call"]): Promise<Readable | Uint8Array> {
  try {
    const object = (await call("s3", "GetObject", { Bucket: S3Bucket, Key: S3Key, VersionId: S3ObjectVersion })) as { readonly Body: Readable | Uint8Array };
    return object.Body;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw fault("InvalidParameterValueException", { message: `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`, Type: "User" });
  }
}
