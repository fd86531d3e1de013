// What publishing means: `$LATEST` under the next number, unless nothing has changed since the last time.
import { isDeepStrictEqual } from "node:util";
import type { FunctionRecord, Version } from "../function.ts";

export interface Publication {
  readonly version: Version;
  readonly isNew: boolean;
}

/** `last`: the version published last, if it still exists. The description is the version's own and no change of it makes a new one. */
export function publication(record: FunctionRecord, last: Version | undefined, made: { readonly id: string; readonly nowMs: number; readonly description: string | undefined }): Publication {
  const { latest } = record;
  if (last && last.code.blobId === latest.code.blobId && isDeepStrictEqual(undescribed(last), undescribed(latest))) return { version: last, isNew: false };
  const settings = made.description === undefined ? latest.settings : { ...latest.settings, description: made.description };
  return { version: { ...latest, id: made.id, version: String(record.lastPublished + 1), settings, modifiedMs: made.nowMs }, isNew: true };
}

const undescribed = ({ settings }: Version): unknown => JSON.parse(JSON.stringify({ ...settings, description: "" }));
