// The thread that unpacks one large archive, or one half of it, and then ends.
import { once } from "node:events";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { Fault } from "../../kernel/fault.ts";
import { blockingDisk } from "./disk.ts";
import { startUnpacker, type FromUnpacker, type UnpackerData } from "./unpack-thread.ts";
import { unpack, unpackSecondHalf, type Unpacked } from "./unpack.ts";

async function carryOut(port: MessagePort, { part, source, ...target }: UnpackerData): Promise<Unpacked> {
  if (part === "second") return unpackSecondHalf(source, target, blockingDisk, once(port, "message"));
  if (part === "all") return unpack(source, target, blockingDisk);
  // Reads the archive while this thread does.
  const { worker, unpacked } = startUnpacker({ part: "second", source, ...target });
  // Who waits for it hears of it below.
  unpacked.catch(() => undefined);
  try {
    return await unpack(source, target, blockingDisk, {
      begin: () => {
        post(worker, "begin");
        return unpacked;
      },
    });
  } finally {
    await worker.terminate();
  }
}

async function run(port: MessagePort, data: UnpackerData): Promise<FromUnpacker> {
  try {
    return { kind: "done", unpacked: await carryOut(port, data) };
  } catch (error) {
    if (!(error instanceof Fault)) return { kind: "failed", error };
    const { code, message, status, members, cause } = error;
    return { kind: "refused", code, message, status, members, cause };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const post = (to: { postMessage(message: unknown): void }, message: FromUnpacker | "begin"): void => to.postMessage(message);

if (parentPort) {
  post(parentPort, await run(parentPort, workerData as UnpackerData));
  // It may still listen.
  parentPort.close();
}
