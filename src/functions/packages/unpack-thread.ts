// A thread that unpacks, as those see it who start one.
import { Worker } from "node:worker_threads";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { ArchiveSource } from "./archive.ts";
import type { Target, Unpacked } from "./unpack.ts";

/** What the thread is started with. */
export interface UnpackerData extends Target {
  readonly source: ArchiveSource;
  /** `first` has a partner for the second half, which waits until it is told that the directories are there. */
  readonly part: "all" | "first" | "second";
}

/** Errors lose their own members on the way between threads; a refusal's travel beside it. */
export type FromUnpacker =
  | { readonly kind: "done"; readonly unpacked: Unpacked }
  | ({ readonly kind: "refused"; readonly cause: unknown } & Pick<Fault, "code" | "message" | "status" | "members">)
  | { readonly kind: "failed"; readonly error: unknown };

export interface UnpackThread {
  readonly worker: Worker;
  /** Rejects with the refusal or failure that ended it. */
  readonly unpacked: Promise<Unpacked>;
}

export function startUnpacker(data: UnpackerData): UnpackThread {
  // The extension is this file's own: .ts from source, .js when compiled.
  const worker = new Worker(new URL(`./unpack-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url), { workerData: data });
  const unpacked = new Promise<Unpacked>((resolve, reject) => {
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
  return { worker, unpacked };
}
