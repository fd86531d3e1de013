// What the registry refuses, in the original's words.
import { functionArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { FunctionRef } from "../function.ts";

export const functionNotFound = (ref: FunctionRef): Fault =>
  fault("ResourceNotFoundException", { message: `Function not found: ${functionArn(ref, ref.qualifier)}`, Type: "User" });

export const staleRevision = (): Fault =>
  fault("PreconditionFailedException", {
    message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    Type: "User",
  });

export const versionIsPointedTo = (aliases: readonly string[]): Fault =>
  fault("ResourceConflictException", { message: `Unable to delete version because the following aliases reference it: [${aliases.join(", ")}]`, Type: "User" });

/** Ours. */
export const folderIsNotPublished = (folder: string): Fault =>
  fault("InvalidParameterValueException", {
    message: `This function runs from the folder ${folder} while it is being developed; a version must not change, so it is published from an archive only. Deploy one with UpdateFunctionCode.`, Type: "User",
  });
