// The refusals every room of DynamoDB shares, in the original's words.
import { fault, type Fault } from "../../kernel/fault.ts";

export const invalid = (message: string): Fault => fault("ValidationException", { message, status: 400 });
export const invalidParameters = (rest: string): Fault => invalid(`One or more parameter values were invalid: ${rest}`);
export const resourceMissing = (): Fault => fault("ResourceNotFoundException", { message: "Requested resource not found" });
export const tableMissing = (name: string): Fault => fault("ResourceNotFoundException", { message: `Requested resource not found: Table: ${name} not found` });
export const indexMissing = (name: string, table: string): Fault => fault("ResourceNotFoundException", { message: `Requested resource not found: Index ${name} for table ${table}` });
export const conditionFailed = (item?: unknown): Fault => fault("ConditionalCheckFailedException", { message: "The conditional request failed", Item: item });

/** A setting of the original that does not act here yet: refused by name, never stored and ignored. */
export const notYet = (setting: string): Fault => invalid(`${setting} is not supported by Fugaz yet; leave it out.`);
