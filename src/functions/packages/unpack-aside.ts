// Unpacks large archives in a thread of their own, so that thousands of files cost the event loop nothing.
import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { fault } from "../../kernel/fault.ts";
import type { ArchiveSource } from "./archive.ts";
import { sharedDisk } from "./disk.ts";
import type { Target, Unpacked } from "./unpack.ts";
import type { FromUnpacker, UnpackerData } from "./unpack-worker.ts";

/** Ours: starting the thread takes as long as unpacking an archive of this size here. */
const asideBytesMin = 256 * 1024;

/** As `unpack`; where it happens depends on the size of the archive. */
export async function unpackAside(source: ArchiveSource, target: Target): Promise<Unpacked> {
  const bytes = source.kind === "bytes" ? source.bytes.byteLength : (await stat(source.path)).size;
  if (bytes >= asideBytesMin) return inThread({ source, ...target });
  // Loaded with the first archive: a server that starts needs no zip reader.
  const { unpack } = await import("./unpack.ts");
  return unpack(source, target, sharedDisk);
}

function inThread(data: UnpackerData): Promise<Unpacked> {
  // The extension is this file's own: .ts from source, .js when compiled.
  const file = new URL(`./unpack-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: data });
    worker.once("message", (message: FromUnpacker) => {
      if (message.kind === "done") return resolve(message.unpacked);
      if (message.kind === "failed") return reject(message.error);
      const refusal = fault(message.code, { ...message.members, message: message.message, status: message.status });
      refusal.cause = message.cause;
      reject(refusal);
    });
    worker.once("error", reject);
    // After a message this changes nothing.
    worker.once("exit", () => reject(new Error("the unpacking thread ended without a word")));
  });
}
