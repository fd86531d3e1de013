// PutItem: a whole item, in the place of the one that was there.
import { putWrite } from "../item-writes.ts";
import { tableFor } from "../lookup.ts";
import type { Op } from "../op.ts";
import { answerWrite, requireOldOnly } from "../write-answer.ts";

export const putItem: Op<"PutItem"> = async (input, context) => {
  requireOldOnly(input);
  return answerWrite(context, putWrite(await tableFor(context, input.TableName ?? ""), input.Item, input), input);
};
