// Inline policies are part of their role's record.
import { fault, type Fault } from "../../kernel/fault.ts";

export const inlinePolicyMissing = (name: string): Fault => fault("NoSuchEntity", { message: `The role policy with name ${name} cannot be found.` });
