// The thread that unpacks one large archive and then ends.
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { Fault } from "../../kernel/fault.ts";
import type { ArchiveSource } from "./archive.ts";
import { blockingDisk } from "./disk.ts";
import { unpack, type Target, type Unpacked } from "./unpack.ts";

/** What the thread is started with. */
export interface UnpackerData extends Target {
  readonly source: ArchiveSource;
}

/** Errors lose their own members on the way between threads; a refusal's travel beside it. */
export type FromUnpacker =
  | { readonly kind: "done"; readonly unpacked: Unpacked }
  | ({ readonly kind: "refused"; readonly cause: unknown } & Pick<Fault, "code" | "message" | "status" | "members">)
  | { readonly kind: "failed"; readonly error: unknown };

async function run({ source, ...target }: UnpackerData): Promise<FromUnpacker> {
  try {
    return { kind: "done", unpacked: await unpack(source, target, blockingDisk) };
  } catch (error) {
    if (!(error instanceof Fault)) return { kind: "failed", error };
    const { code, message, status, members, cause } = error;
    return { kind: "refused", code, message, status, members, cause };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const post = (port: MessagePort, message: FromUnpacker): void => port.postMessage(message);

if (parentPort) post(parentPort, await run(workerData as UnpackerData));
