// Lambda's errors, worded as the original words them; all but ValidationException carry `Type`.
import { fault, type Fault } from "../../kernel/fault.ts";

export const invalid = (message: string): Fault => fault("InvalidParameterValueException", { message, Type: "User" });

export { functionNotFound as notFound, staleRevision } from "../../functions/registry/refusals.ts";

/** A setting of the original that does not act here yet: refused by name, never stored and ignored. */
export const notYet = (setting: string): Fault => invalid(`${setting} is not supported by Fugaz yet; leave it out.`);
