// Who needs which code: a version holds its archive and those of its layers, and what nobody holds can go.
import { del, hold, release, set, type Write } from "../../ports/store.ts";
import type { CodePackage, Version } from "../function.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import { codeUserKey, versionKey } from "./keys.ts";

type BlobOf = Pick<OpenPackages, "blobOf">;

/** Archives by blob id; one that is used twice is there once. */
const codeOf = ({ code, settings }: Version): ReadonlyMap<string, CodePackage> => new Map([code, ...settings.layers.map((layer) => layer.code)].map((each) => [each.blobId, each]));

export interface Handover {
  readonly writes: readonly Write[];
  /** Archives the version needed before and does not need any more. */
  readonly left: readonly string[];
}

/** From what a version needed (`before`: nothing when it is new) to what it needs (`after`: nothing when it goes). */
export function handOverCode(packages: BlobOf, before: Version | undefined, after: Version | undefined): Handover {
  const at = after ?? before;
  if (!at) return { writes: [], left: [] };
  const owner = versionKey(at, at.version);
  const [had, needs] = [before ? codeOf(before) : new Map<string, CodePackage>(), after ? codeOf(after) : new Map<string, CodePackage>()];
  const taken = [...needs.values()].filter(({ blobId }) => !had.has(blobId));
  const left = [...had.keys()].filter((blobId) => !needs.has(blobId));
  return {
    left,
    writes: [
      ...taken.flatMap((code) => [hold(packages.blobOf(code), owner), set(codeUserKey(code.blobId, at, at.version), 1)]),
      ...left.flatMap((blobId) => [release(blobId, owner), del(codeUserKey(blobId, at, at.version))]),
    ],
  };
}
