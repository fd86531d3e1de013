// Who needs which code: what is held stays, and what nobody holds can go.
import { del, hold, release, set, type Key, type Write } from "../../ports/store.ts";
import type { CodePackage, Version } from "../function.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import { codeUserKey } from "./keys.ts";

export interface Handover {
  readonly writes: readonly Write[];
  /** Archives the owner needed before and does not need any more. */
  readonly left: readonly string[];
}

/** From what an owner needed (nothing when it is new) to what it needs (nothing when it goes). */
export function handOverCode(packages: Pick<OpenPackages, "blobOf">, owner: Key, before: readonly CodePackage[], after: readonly CodePackage[]): Handover {
  const [had, needs] = [byBlob(before), byBlob(after)];
  const taken = [...needs.values()].filter(({ blobId }) => !had.has(blobId));
  const left = [...had.keys()].filter((blobId) => !needs.has(blobId));
  return {
    left,
    writes: [
      ...taken.flatMap((code) => [hold(packages.blobOf(code), owner), set(codeUserKey(code.blobId, owner), 1)]),
      ...left.flatMap((blobId) => [release(blobId, owner), del(codeUserKey(blobId, owner))]),
    ],
  };
}

/** What a version can not run without and somebody must hold: its archive, unless it runs from a folder, and those of its layers. */
export const codeOf = ({ code, settings }: Pick<Version, "code" | "settings">): readonly CodePackage[] => [...(code.folder === undefined ? [code] : []), ...settings.layers.map((layer) => layer.code)];

/** Only what a record is meant to keep, whatever else the caller's object carries. */
export const plainCode = ({ blobId, sha256, sizeBytes, unpackedBytes, image, folder }: CodePackage): CodePackage => ({
  blobId, sha256, sizeBytes, unpackedBytes, ...(image ? { image } : {}), ...(folder === undefined ? {} : { folder }),
});

/** One that is used twice is there once. */
const byBlob = (all: readonly CodePackage[]): ReadonlyMap<string, CodePackage> => new Map(all.map((code) => [code.blobId, code]));
