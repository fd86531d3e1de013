// PutItem: a whole item, in the place of the one that was there.
import { putWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { answerWrite, requireOldOnly } from "../write-answer.ts";

export const putItem: Op<"PutItem"> = async (input, context) => {
  requireOldOnly(input);
  const fit = putWrite(input.Item, input);
  return answerWrite(context, fit(await tableFor(context, input.TableName ?? "")), input);
};
