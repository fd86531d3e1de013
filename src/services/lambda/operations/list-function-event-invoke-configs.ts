// ListFunctionEventInvokeConfigs: of a function with all its versions and aliases.
import { eventInvokeView } from "../event-invoke.ts";
import { fault } from "../../../kernel/fault.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { pageOf } from "../pages.ts";

export const listFunctionEventInvokeConfigs: Op<"ListFunctionEventInvokeConfigs"> = async (input, context) => {
  const ref = unqualifiedRefOf(input.FunctionName, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw fault("ResourceNotFoundException", { message: "The function doesn't exist.", Type: "User" });
  const all = Object.entries(record.eventInvoke).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { page, ...more } = pageOf(all, ([qualifier]) => qualifier, input);
  return { FunctionEventInvokeConfigs: page.map(([qualifier, facts]) => eventInvokeView({ ...ref, qualifier }, facts)), ...more };
};
