// Log messages in frames on a descriptor of their own, as the official clients write them: a message of many lines stays one event.
import type { Duplex } from "node:stream";
import { limits } from "../../kernel/limits.ts";
import type { Conversation, ProgramLog } from "./conversation.ts";
import { endOf } from "./program-output.ts";

/** The descriptor of the sandbox's channel. */
const LOG_FD = "3";
/** u32 type, u32 length, u64 time in microseconds; big-endian. Source: the official clients for Java, Python and Ruby. */
const HEAD_BYTES = 16;
/** The upper part of the type says that this is a frame; the lower has format and level. */
const FRAME_MARK = 0xa55a;

/** The same conversation, with the channel as the program's log. */
export function withFramedLog(conversation: Conversation): Conversation {
  let channel: Duplex | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  return {
    env: { ...conversation.env, _LAMBDA_TELEMETRY_LOG_FD: LOG_FD },
    attach: (sandbox, log) => {
      conversation.attach(sandbox, log);
      channel = sandbox.channel;
      if (!channel) return;
      channel.on("data", framesOf(log));
      ended = endOf(channel);
    },
    ask: (invocation) => conversation.ask(invocation),
    drained: async () => void (await Promise.all([conversation.drained(), ended])),
    [Symbol.asyncDispose]: async () => {
      channel?.destroy();
      await conversation[Symbol.asyncDispose]();
    },
  };
}

/** Takes chunks, gives events. Who writes anything but frames there is not understood from then on; a message over the limit of an event is cut. */
export function framesOf(log: Pick<ProgramLog, "event">): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let skipping = 0;
  let broken = false;
  return (chunk) => {
    if (broken) return;
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const skipped = Math.min(skipping, pending.length);
      pending = pending.subarray(skipped);
      skipping -= skipped;
      if (pending.length < HEAD_BYTES) return;
      broken = pending.readUInt16BE(0) !== FRAME_MARK;
      if (broken) return;
      const length = pending.readUInt32BE(4);
      const kept = Math.min(length, limits.functions.logLineBytesMax);
      if (pending.length < HEAD_BYTES + kept) return;
      log.event(pending.toString("utf8", HEAD_BYTES, HEAD_BYTES + kept));
      pending = pending.subarray(HEAD_BYTES + kept);
      skipping = length - kept;
    }
  };
}
