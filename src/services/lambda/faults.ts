// Lambda's errors, worded as the original words them; all but ValidationException carry `Type`.
import { functionArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { FunctionRef } from "../../functions/function.ts";

export const invalid = (message: string): Fault => fault("InvalidParameterValueException", { message, Type: "User" });

export const notFound = (ref: FunctionRef): Fault =>
  fault("ResourceNotFoundException", { message: `Function not found: ${functionArn(ref, ref.qualifier)}`, Type: "User" });

/** A setting of the original that does not act here yet: refused by name, never stored and ignored. */
export const notYet = (setting: string): Fault => invalid(`${setting} is not supported by Fugaz yet; leave it out.`);
