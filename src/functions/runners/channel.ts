// The runner for our own wrappers: frames over file descriptor 3, no HTTP, no base64, one write and one read per event.
import type { Duplex } from "node:stream";
import { assert } from "../../kernel/fault.ts";
import type { Sandbox } from "../../ports/sandbox.ts";
import type { Invocation, Runner } from "../runner.ts";
import { ChannelStream, STREAM_WINDOW_BYTES } from "./channel-stream.ts";
import { FrameReader, frameStart, frameType, wholeFrame, type Frame, type InvokeMeta } from "./channel-frames.ts";
import type { Ahead, Bounds, Conversation, Listener, ProgramLog, Protocol } from "./conversation.ts";
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
  readonly ahead: Ahead = { send: (invocation, first) => this.#sendAhead(invocation, first), flush: () => this.#flush(), recall: (requestId, onReturned) => this.#recall(requestId, onReturned) };
  readonly #listener: Listener;
  readonly #bounds: Bounds;
  readonly #reader: FrameReader;
  #channel: Duplex | undefined;
  #log: ProgramLog | undefined;
  #requestId: string | undefined;
  #stream: ChannelStream | undefined;
  #ended: Promise<void> = Promise.resolve();
  /** Ids of the events that were sent before their turn, in their order. */
  readonly #ahead: string[] = [];
  readonly #recalled = new Map<string, () => void>();
  /** Frames that go out together at the end of this turn of the event loop. */
  #outgoing: Buffer[] = [];

  constructor(listener: Listener, bounds: Bounds) {
    this.#listener = listener;
    this.#bounds = bounds;
    this.#reader = new FrameReader(bounds.responseBytesMax, (frame) => this.#take(frame));
  }

  attach(sandbox: Sandbox, log: ProgramLog): void {
    const { channel } = sandbox;
    assert(channel, "sandbox without a channel");
    this.#channel = channel;
    this.#log = log;
    channel.on("data", (chunk: Buffer) => this.#read(() => this.#reader.push(chunk)));
    this.#ended = endOf(channel);
    // A program that closed its end can neither be asked nor answer any more.
    void this.#ended.then(() => this.#listener.unreachable());
  }

  ask(invocation: Invocation): void {
    const { payload, requestId, sink } = invocation;
    this.#requestId = requestId;
    if (this.#ahead[0] === requestId) {
      this.#ahead.shift();
      this.#recalled.delete(requestId);
      return this.#read(() => this.#reader.resume());
    }
    assert(this.#ahead.length === 0, "an event before those that were sent ahead");
    const channel = this.#channel;
    if (!channel?.writable) return;
    this.#stream = sink && new ChannelStream(sink, (bytes) => {
      if (this.#requestId === requestId && channel.writable) channel.write(frameStart(frameType.streamCredit, requestId, String(bytes), 0));
    });
    const meta = this.#metaOf(invocation);
    if (payload.length <= ONE_WRITE_BYTES_MAX) return void channel.write(wholeFrame(frameType.invoke, requestId, meta, payload));
    channel.cork();
    channel.write(frameStart(frameType.invoke, requestId, meta, payload.length));
    channel.write(payload);
    channel.uncork();
  }

  #metaOf({ invokedArn, deadlineMs, clientContext, traceId, sink }: Invocation): string {
    const streaming = sink ? { streamWindowBytes: STREAM_WINDOW_BYTES } : {};
    return JSON.stringify({ invokedArn, deadlineMs, clientContext, traceId, responseBytesMax: this.#bounds.responseBytesMax, ...streaming } satisfies InvokeMeta);
  }

  #sendAhead(invocation: Invocation, first: boolean): boolean {
    const { requestId, payload, sink } = invocation;
    const behind = this.#requestId !== undefined || this.#ahead.length > 0;
    if (behind === first || !this.#channel?.writable || sink || payload.length > ONE_WRITE_BYTES_MAX) return false;
    if (first) this.#reader.hold();
    this.#ahead.push(requestId);
    this.#sendSoon(wholeFrame(frameType.invoke, requestId, this.#metaOf(invocation), payload));
    return true;
  }

  #recall(requestId: string, onReturned: () => void): void {
    if (this.#recalled.has(requestId) || !this.#ahead.includes(requestId)) return;
    this.#recalled.set(requestId, onReturned);
    this.#sendSoon(frameStart(frameType.recall, requestId, "", 0));
  }

  #sendSoon(frame: Buffer): void {
    this.#outgoing.push(frame);
    if (this.#outgoing.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const frames = this.#outgoing;
    if (frames.length === 0) return;
    this.#outgoing = [];
    if (this.#channel?.writable) this.#channel.write(frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames));
  }

  #read(from: () => void): void {
    try {
      from();
    } catch {
      // In this order: a program that sees its channel closed leaves by itself, and would not look broken.
      this.#listener.broken();
      this.#channel?.destroy();
    }
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
      case frameType.returned:
        return this.#takeBack(frame.requestId);
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

  #takeBack(requestId: string): void {
    const at = this.#ahead.indexOf(requestId);
    if (at < 0) return;
    this.#ahead.splice(at, 1);
    this.#recalled.get(requestId)?.();
    this.#recalled.delete(requestId);
  }

  #reply(reply: Parameters<Listener["replied"]>[0]): void {
    this.#requestId = undefined;
    this.#stream = undefined;
    // What follows is said by the next event, which has not had its turn.
    if (this.#ahead.length > 0) this.#reader.hold();
    this.#listener.replied(reply);
    // Our wrappers ask for nothing: whoever has answered waits.
    this.#listener.waiting();
  }
}
