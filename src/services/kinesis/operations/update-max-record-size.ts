// UpdateMaxRecordSize: how large a record may be from now on; what is there already stays.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const updateMaxRecordSize: Op<"UpdateMaxRecordSize"> = async (input, context) => {
  await changeStream(input, context, (stream) => ({ ...stream, recordKibMax: input.MaxRecordSizeInKiB ?? stream.recordKibMax }));
  return {};
};
