// ListFunctionsByCodeSigningConfig: the functions that use it, by name.
import { functionArn } from "../../../kernel/arn.ts";
import { codeSigningMissing, findCodeSigning, functionsWith } from "../code-signing.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";

export const listFunctionsByCodeSigningConfig: Op<"ListFunctionsByCodeSigningConfig"> = async ({ CodeSigningConfigArn: arn = "", Marker, MaxItems }, context) => {
  if (!(await findCodeSigning(arn, context))) throw codeSigningMissing(arn);
  const size = pageSize(MaxItems);
  const found = await functionsWith(arn, placeIn(Marker, /^[a-zA-Z0-9-_]+$/), size + 1, context);
  const page = found.slice(0, size);
  const last = page.at(-1);
  return { FunctionArns: page.map((record) => functionArn(record)), ...(found.length > size && last ? { NextMarker: markerOf(last.name) } : {}) };
};
