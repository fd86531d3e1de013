// GetUser: the caller when it is the account's root; there are no other users yet.
import { fault } from "../../../kernel/fault.ts";
import { partitionOf } from "../../../kernel/arn.ts";
import type { Op } from "../op.ts";

/** The root is as old as the account, which nobody created at a moment we know. */
const ROOT_CREATED = new Date(0);

export const getUser: Op<"GetUser"> = async ({ UserName }, { account, region, accessKeyId, sessions }) => {
  if (UserName !== undefined) throw fault("NoSuchEntity", { message: `The user with name ${UserName} cannot be found.` });
  const session = accessKeyId === undefined ? undefined : await sessions.find(accessKeyId);
  if (session?.role) throw fault("ValidationError", { message: "Must specify userName when calling with non-User credentials", status: 400 });
  return { User: { Path: "/", UserName: undefined, UserId: account, Arn: `arn:${partitionOf(region)}:iam::${account}:root`, CreateDate: ROOT_CREATED } };
};
