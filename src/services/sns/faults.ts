// SNS's own words for what goes wrong; shared by the operations.
import { fault, type Fault } from "../../kernel/fault.ts";

export const invalid = (what: string): Fault => fault("InvalidParameterException", { message: `Invalid parameter: ${what}` });
export const missingValue = (name: string): Fault => invalid(`${name} Reason: no value for required parameter`);
export const topicMissing = (): Fault => fault("NotFoundException", { message: "Topic does not exist" });
export const subscriptionMissing = (): Fault => fault("NotFoundException", { message: "Subscription does not exist" });
export const resourceMissing = (): Fault => fault("ResourceNotFoundException", { message: "Resource does not exist" });
/** Of a message's attribute. */
export const invalidAttribute = (message: string): Fault => fault("InvalidParameterValueException", { message });
/** A setting of the original that would do nothing here. */
export const notYet = (what: string): Fault => fault("NotImplemented", { message: `${what} is not implemented.`, status: 501 });
