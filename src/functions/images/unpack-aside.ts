// Starts the thread that unpacks an image and waits for its word.
import { Worker } from "node:worker_threads";
import { BadImage } from "./refusals.ts";
import type { FromUnpacker, LayerFile, UnpackData } from "./unpack-worker.ts";

/**
 * Lays the layers over each other in `dir`, which must not exist: modes kept without setuid, owned by this process, every layer checked
 * against its digest. Throws BadImage for what is wrong with the image; the caller removes what was begun.
 */
export async function unpackImage(layers: readonly LayerFile[], dir: string): Promise<{ readonly unpackedBytes: number }> {
  // The extension is this file's own: .ts from source, .js when compiled.
  const file = new URL(`./unpack-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  const data: UnpackData = { dir, layers };
  const worker = new Worker(file, { workerData: data });
  const said = await new Promise<FromUnpacker>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread that unpacks an image ended without a word")));
  }).finally(() => worker.terminate());
  if (said.kind === "done") return { unpackedBytes: said.unpackedBytes };
  if (said.kind === "bad") throw new BadImage(said.message);
  throw Object.assign(new Error(said.message), { code: said.code });
}
