// The runner for our own wrappers: frames over file descriptor 3, no HTTP, no base64, one write and one read per event.
import type { Duplex } from "node:stream";
import { assert } from "../../kernel/fault.ts";
import type { Sandbox } from "../../ports/sandbox.ts";
import type { Invocation, Runner } from "../runner.ts";
import { ChannelStream, STREAM_WINDOW_BYTES } from "./channel-stream.ts";
import { FrameReader, frameStart, frameType, type Frame, type InvokeMeta } from "./channel-frames.ts";
import type { Bounds, Conversation, Listener, ProgramLog, Protocol } from "./conversation.ts";
import { platformErrorType } from "./error-type.ts";
import { wrapped } from "./exec-wrapper.ts";
import { instanceRunner } from "./instance.ts";
import { endOf } from "./program-output.ts";

const channelProtocol: Protocol = {
  channel: "frames",
  entrypoint: async (spec) => ({ argv: wrapped(spec, spec.runtime.argv) }),
  open: (listener, _api, bounds) => new ChannelConversation(listener, bounds),
};

/** Boots the functions of runtimes that have a wrapper in `runtimes/`: Node.js, Python and Ruby. */
export const bootChannel: Runner = instanceRunner(channelProtocol);

/** Ours: up to here copying an event costs less than gathering two buffers in the system call. */
const ONE_WRITE_BYTES_MAX = 16 * 1024;

class ChannelConversation implements Conversation {
  readonly env = {};
  readonly #listener: Listener;
  readonly #bounds: Bounds;
  #channel: Duplex | undefined;
  #log: ProgramLog | undefined;
  #requestId: string | undefined;
  #stream: ChannelStream | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(listener: Listener, bounds: Bounds) {
    this.#listener = listener;
    this.#bounds = bounds;
  }

  attach(sandbox: Sandbox, log: ProgramLog): void {
    const { channel } = sandbox;
    assert(channel, "sandbox without a channel");
    this.#channel = channel;
    this.#log = log;
    const reader = new FrameReader(this.#bounds.responseBytesMax, (frame) => this.#take(frame));
    channel.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        // In this order: a program that sees its channel closed leaves by itself, and would not look broken.
        this.#listener.broken();
        channel.destroy();
      }
    });
    this.#ended = endOf(channel);
    // A program that closed its end can neither be asked nor answer any more.
    void this.#ended.then(() => this.#listener.unreachable());
  }

  ask(invocation: Invocation): void {
    const { invokedArn, deadlineMs, clientContext, traceId, payload, requestId, sink } = invocation;
    const streaming = sink ? { streamWindowBytes: STREAM_WINDOW_BYTES } : {};
    const meta: InvokeMeta = { invokedArn, deadlineMs, clientContext, traceId, responseBytesMax: this.#bounds.responseBytesMax, ...streaming };
    this.#requestId = requestId;
    const channel = this.#channel;
    if (!channel?.writable) return;
    this.#stream = sink && new ChannelStream(sink, (bytes) => {
      if (this.#requestId === requestId && channel.writable) channel.write(frameStart(frameType.streamCredit, requestId, String(bytes), 0));
    });
    const start = frameStart(frameType.invoke, requestId, JSON.stringify(meta), payload.length);
    if (payload.length <= ONE_WRITE_BYTES_MAX) return void channel.write(Buffer.concat([start, payload]));
    channel.cork();
    channel.write(start);
    channel.write(payload);
    channel.uncork();
  }

  async drained(): Promise<void> {
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel?.destroy();
  }

  #take(frame: Frame): void {
    const { type, head, body } = frame;
    switch (type) {
      case frameType.log:
        return this.#log?.event(body.toString("utf8"));
      case frameType.output:
        return this.#log?.output(head === "2" ? 2 : 1, body);
      case frameType.ready:
        return this.#listener.opened({ kind: "ready", codeMs: head === "" ? undefined : Number(head) });
      case frameType.initError:
        return this.#listener.opened({ kind: "error", payload: body, errorType: platformErrorType(head) });
      default:
        return this.#takeReply(frame);
    }
  }

  #takeReply({ type, requestId, head, body }: Frame): void {
    // The original answers 400 to a stale or foreign request id; here there is nobody to tell.
    if (requestId !== this.#requestId) return;
    switch (type) {
      case frameType.streamStart:
      case frameType.streamChunk:
      case frameType.streamEnd:
        return this.#takeStream(type, head, body);
      case frameType.result:
        return this.#reply(this.#stream?.opened ? { kind: "streamed" } : { kind: "answer", payload: body, handlerMs: head === "" ? undefined : Number(head) / 1000 });
      case frameType.error:
      case frameType.fatalError:
        return this.#reply({ kind: "error", payload: body, errorType: platformErrorType(head), fatal: type === frameType.fatalError });
      case frameType.tooLarge:
        return this.#reply({ kind: "too-large", sizeBytes: Number(head) || this.#bounds.responseBytesMax + 1, bytesMax: this.#bounds.responseBytesMax });
      default:
        throw new Error(`unknown frame type ${type}`);
    }
  }

  #takeStream(type: number, head: string, body: Buffer): void {
    if (!this.#stream) throw new Error("a stream that was not asked for");
    if (type === frameType.streamStart) this.#stream.open(head);
    else if (type === frameType.streamChunk) this.#stream.take(body);
    else this.#stream.end();
  }

  #reply(reply: Parameters<Listener["replied"]>[0]): void {
    this.#requestId = undefined;
    this.#stream = undefined;
    this.#listener.replied(reply);
    // Our wrappers ask for nothing: whoever has answered waits.
    this.#listener.waiting();
  }
}
