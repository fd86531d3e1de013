// StopStreamEncryption: streams here are never encrypted, so there is nothing to stop.
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const stopStreamEncryption: Op<"StopStreamEncryption"> = async ({ EncryptionType: _type, KeyId: _key, ...naming }, context) => {
  await streamOf(naming, context);
  return {};
};
