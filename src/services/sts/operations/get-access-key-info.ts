// GetAccessKeyInfo: the account an access key id belongs to.
import { accountInAccessKey } from "../../../kernel/access-key.ts";
import { fault } from "../../../kernel/fault.ts";
import type { Op } from "../op.ts";

export const getAccessKeyInfo: Op<"GetAccessKeyInfo"> = async ({ AccessKeyId = "" }) => {
  const account = accountInAccessKey(AccessKeyId);
  if (account === undefined) throw fault("ValidationError", { message: "Invalid access key", status: 400 });
  return { Account: account };
};
