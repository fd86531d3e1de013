// The sentences with which a package is refused, word for word those of the original.
import { fault, type Fault } from "../../kernel/fault.ts";

/** Anything wrong with the archive itself: not a zip, torn, hostile. The reason is for the operator's log only. */
export function notUnzippable(reason: unknown): Fault {
  const refusal = fault("InvalidParameterValueException", {
    message: "Could not unzip uploaded file. Please check your file, then try to upload again.",
    Type: "User",
  });
  refusal.cause = reason instanceof Error ? reason : new Error(String(reason));
  return refusal;
}

export const emptyArchive = (): Fault => fault("InvalidParameterValueException", { message: "Uploaded file must be a non-empty zip", Type: "User" });

export const unzippedTooLarge = (bytesMax: number): Fault =>
  fault("InvalidParameterValueException", { message: `Unzipped size must be smaller than ${bytesMax} bytes`, Type: "User" });

export const zippedTooLarge = (bytesMax: number): Fault =>
  fault("RequestEntityTooLargeException", { message: `Zipped size must be smaller than ${bytesMax} bytes`, status: 413 });
