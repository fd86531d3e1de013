// SQS's own words for what goes wrong, as recorded from the original; shared by the operations.
import { fault, type Fault } from "../../kernel/fault.ts";
import type { HandleFate } from "../../triggers/queues/queues.ts";
import type { SqsContext } from "./op.ts";

export const invalidParameter = (message: string): Fault => fault("InvalidParameterValueException", { message });
export const invalidValue = (value: unknown, parameter: string, reason: string): Fault => invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);
export const missingParameter = (name: string): Fault => fault("MissingRequiredParameterException", { message: `The request must contain the parameter ${name}.` });
export const unknownAttribute = (name: string): Fault => fault("InvalidAttributeName", { message: `Unknown Attribute ${name}.` });
export const invalidAttribute = (name: string): Fault => fault("InvalidAttributeValue", { message: `Invalid value for the parameter ${name}.` });
export const resourceMissing = (message: string): Fault => fault("ResourceNotFoundException", { message, status: 404 });
/** A setting of the original that would do nothing here. */
export const notYet = (what: string): Fault => fault("NotImplemented", { message: `${what} is not implemented.`, status: 501 });

/** The JSON protocol's clients name the operation in a header; the older ones still read of the WSDL. */
export function queueMissing({ headers }: Pick<SqsContext, "headers">): Fault {
  const older = headers["x-amz-target"] === undefined;
  return fault("QueueDoesNotExist", { message: older ? "The specified queue does not exist for this wsdl version." : "The specified queue does not exist." });
}

const handleInvalid = (handle: string): Fault => fault("ReceiptHandleIsInvalid", { message: `The input receipt handle "${handle}" is not a valid receipt handle.`, status: 404 });

/** Throws what the original answers when a message could not be deleted; that it is gone already is fine. */
export function checkRemoved(fate: HandleFate, handle: string): void {
  if (fate === "malformed") throw handleInvalid(handle);
  if (fate === "ended") throw invalidValue(handle, "ReceiptHandle", "The receipt handle has expired.");
}

/** Throws what the original answers when a message's visibility could not be changed. */
export function checkHidden(fate: HandleFate, handle: string, seconds: number): void {
  if (fate === "malformed") throw handleInvalid(handle);
  if (fate === "lost") throw invalidValue(handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.");
  if (fate === "ended") throw fault("MessageNotInflight", { message: `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.` });
  if (fate === "too-long") throw invalidValue(seconds, "VisibilityTimeout", "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
}
