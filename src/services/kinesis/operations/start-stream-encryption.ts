// StartStreamEncryption: a record that is told back; there is no KMS here, and what lies on the disk is as encrypted as the disk is.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const startStreamEncryption: Op<"StartStreamEncryption"> = async ({ EncryptionType: type, KeyId = "", ...naming }, context) => {
  await changeStream(naming, context, ({ encryptionKey: _key, ...stream }) => (type === "KMS" ? { ...stream, encryptionKey: KeyId } : stream));
  return {};
};
