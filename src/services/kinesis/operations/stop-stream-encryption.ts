// StopStreamEncryption: takes the record back.
import { withoutKey } from "../encryption.ts";
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const stopStreamEncryption: Op<"StopStreamEncryption"> = async ({ EncryptionType: _type, KeyId: _id, ...naming }, context) => {
  await changeStream(naming, context, (stream) => withoutKey(stream, context.clock.now()));
  return {};
};
