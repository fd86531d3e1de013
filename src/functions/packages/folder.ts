// Code that runs where its developer edits it: bound into the sandbox as it lies there, without an archive or a copy.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { fault, type Fault } from "../../kernel/fault.ts";
import { hexId } from "../../kernel/ids.ts";
import type { CodePackage } from "../function.ts";
import type { Tree } from "./trees.ts";

const ID_START = "folder-";

/** The code of a folder as it is now. After a change the developer says so with another one: instances belong to the code they were booted for. */
export function folderCode(folder: string): CodePackage {
  const blobId = `${ID_START}${hexId(16)}`;
  return { blobId, sha256: createHash("sha256").update(blobId).digest("base64"), sizeBytes: 0, unpackedBytes: 0, folder };
}

export const isFolderId = (blobId: string): boolean => blobId.startsWith(ID_START);

/** The folder itself; there is nothing to pin. Fault ResourceNotReadyException when nothing may run from there, or it is gone. */
export async function inPlace(folder: string, allowed: ((folder: string) => boolean) | undefined): Promise<Tree> {
  if (!allowed?.(folder)) throw notReady(`This function runs from the folder ${folder}, and only while \`fugaz dev\` runs there. Start it again, or deploy an archive.`);
  if (!(await stat(folder).then((found) => found.isDirectory(), () => false))) throw notReady(`The folder ${folder} that this function runs from is gone.`);
  return { dir: folder, release: () => undefined };
}

/** The original's answer for a function that is there but can not run just now. */
const notReady = (message: string): Fault => fault("ResourceNotReadyException", { message, status: 502, Type: "User" });
