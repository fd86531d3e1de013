// One sandbox that waits: from its boot to the moment at which it becomes a function's.
import type { Duplex } from "node:stream";
import { outage } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { Sandbox, Sandboxes, SandboxSpec } from "../../ports/sandbox.ts";
import { FrameReader, frameStart, frameType } from "../runners/channel-frames.ts";
import type { Conditions } from "./conditions.ts";

export interface Cell extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Tells the runtime what it is from now on, while its code is being put in place; rejects with an outage when that is not possible. */
  become(wanted: SandboxSpec): Promise<void>;
  /** Lets it load the code. */
  load(): void;
}

/** Ours. */
const BOOT_MS_MAX = 20_000;

/** Resolves when the runtime inside waits. Rejects, and leaves nothing, when it does not come to that. */
export async function bootCell(id: string, { program }: Conditions, sandboxes: Sandboxes): Promise<Cell> {
  const patience = AbortSignal.timeout(BOOT_MS_MAX);
  const { processesMax, openFilesMax, memoryMbMin } = limits.functions;
  const sandbox = await sandboxes.start({ ...program, id, cwd: "/", memoryMb: memoryMbMin, cpus: 1, processesMax, openFilesMax, channel: true }, patience);
  try {
    const { channel } = sandbox;
    if (!channel) throw new Error("bug: a sandbox without a channel");
    await latent(sandbox, channel, patience);
    // Whoever waits takes nothing from anybody, and has its share when it is wanted.
    sandbox.settle();
    return {
      sandbox,
      become: async (wanted) => {
        // First, as the program takes longer to become another than its code to be put in place.
        const body = Buffer.from(JSON.stringify({ env: wanted.env, cwd: wanted.cwd }));
        channel.write(Buffer.concat([frameStart(frameType.specialise, "", "", body.length), body]));
        await sandbox.become(wanted);
      },
      load: () => void channel.write(frameStart(frameType.filled, "", "", 0)),
      [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
    };
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** Resolves with the runtime's first word. */
function latent(sandbox: Sandbox, channel: Duplex, patience: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      settled();
      reject(outage("cells.boot", { cause: new Error(why), retryable: true }));
    };
    const late = (): void => fail("the runtime did not boot in time");
    const reader = new FrameReader(0, ({ type }) => {
      if (type !== frameType.latent) return fail(`the runtime began with a frame of type ${type}`);
      settled();
      resolve();
    });
    const take = (chunk: Buffer): void => reader.push(chunk);
    const settled = (): void => {
      // What comes later is for who takes the cell.
      channel.off("data", take);
      // The signal lives as long as its timer, and would hold a sandbox that has long gone.
      patience.removeEventListener("abort", late);
    };
    channel.on("data", take);
    patience.addEventListener("abort", late);
    void sandbox.exited.then(({ code, signal }) => fail(`the runtime ended (${signal ?? code})`));
  });
}
