// DeleteObject: 204 whether or not there was anything, as in the original.
import { deleteVersion } from "../delete-version.ts";
import { checkKey } from "../names.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const deleteObject: Op<"DeleteObject"> = async (input, context) => {
  const { Key: key = "", VersionId: versionId, IfMatch: ifMatch } = input;
  checkKey(key);
  refuseUnbuilt(context.headers);
  const { versionId: deleted, marker } = await deleteVersion(context, { ...input, key, versionId, ifMatch });
  return { VersionId: deleted, DeleteMarker: marker };
};
