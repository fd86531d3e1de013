// StartStreamEncryption: a record that is told back, see encryption.ts.
import { withKey } from "../encryption.ts";
import { invalidArgument } from "../faults.ts";
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const startStreamEncryption: Op<"StartStreamEncryption"> = async ({ EncryptionType: type, KeyId = "", ...naming }, context) => {
  if (type !== "KMS") throw invalidArgument(`EncryptionType ${type} is invalid: the only valid value is KMS.`);
  await changeStream(naming, context, (stream) => withKey(stream, KeyId, context.clock.now()));
  return {};
};
