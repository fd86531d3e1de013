// StartStreamEncryption: refused by name, since nothing here would encrypt the records.
import { notYet } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const startStreamEncryption: Op<"StartStreamEncryption"> = async ({ EncryptionType: _type, KeyId: _key, ...naming }, context) => {
  await streamOf(naming, context);
  throw notYet("Server-side encryption of streams");
};
