// EventBridge's own words for what goes wrong; shared by the operations.
import { fault, type Fault } from "../../kernel/fault.ts";
import { DEFAULT_BUS } from "../../triggers/buses/buses.ts";

export const invalid = (message: string): Fault => fault("ValidationException", { message });
export const notFound = (message: string): Fault => fault("ResourceNotFoundException", { message });
export const busMissing = (name: string): Fault => notFound(`Event bus ${name} does not exist.`);
export const ruleMissing = (rule: string, bus = DEFAULT_BUS): Fault => notFound(`Rule ${rule} does not exist on EventBus ${bus}.`);
export const badPattern = (reason: string): Fault => fault("InvalidEventPatternException", { message: `Event pattern is not valid. Reason: ${reason}` });
export const tooMany = (): Fault => fault("LimitExceededException", { message: "The requested resource exceeds the maximum number allowed." });
/** A setting of the original that would do nothing here. */
export const notYet = (what: string): Fault => fault("NotImplemented", { message: `${what} is not implemented.`, status: 501 });
