// DeleteItem: an item by its key, if the condition is met. One that is not there is deleted already.
import { deleteWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { answerWrite, requireOldOnly } from "../write-answer.ts";

export const deleteItem: Op<"DeleteItem"> = async (input, context) => {
  requireOldOnly(input);
  const fit = deleteWrite(input.Key, input);
  return answerWrite(context, fit(await tableFor(context, input.TableName ?? "")), input);
};
