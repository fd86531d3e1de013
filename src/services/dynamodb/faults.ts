// The refusals every room of DynamoDB shares, in the original's words.
import { Fault, fault } from "../../kernel/fault.ts";

export const invalid = (message: string): Fault => fault("ValidationException", { message, status: 400 });
export const invalidParameters = (rest: string): Fault => invalid(`One or more parameter values were invalid: ${rest}`);
export const resourceMissing = (): Fault => fault("ResourceNotFoundException", { message: "Requested resource not found" });
export const tableMissing = (name: string): Fault => fault("ResourceNotFoundException", { message: `Requested resource not found: Table: ${name} not found` });
export const indexMissing = (name: string, table: string): Fault => fault("ResourceNotFoundException", { message: `Requested resource not found: Index ${name} for table ${table}` });
export const conditionFailed = (item?: unknown): Fault => fault("ConditionalCheckFailedException", { message: "The conditional request failed", Item: item });

const misfits = new WeakSet<Fault>();

/** Of an item or key that does not fit its table's schema: a transaction tells it as that item's reason, everything else as it is. */
export function misfit(refusal: Fault): Fault {
  misfits.add(refusal);
  return refusal;
}

export const isMisfit = (error: unknown): error is Fault => error instanceof Fault && misfits.has(error);

/** A setting of the original that does not act here yet: refused by name, never stored and ignored. */
export const notYet = (setting: string): Fault => invalid(`${setting} is not supported by Fugaz yet; leave it out.`);
