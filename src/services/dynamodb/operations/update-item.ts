// UpdateItem: some attributes of an item, which is made when it is not there.
import { updateWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { answerWrite } from "../write-answer.ts";

export const updateItem: Op<"UpdateItem"> = async (input, context) => {
  const fit = updateWrite(input.Key, input);
  return answerWrite(context, fit(await tableFor(context, input.TableName ?? "")), input);
};
