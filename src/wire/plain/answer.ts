// The answer to a plain request: head and body in one packet where both are there, chunks where the body still comes.
import type { OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { Writable } from "node:stream";

export interface AnswerFacts {
  readonly socket: Socket;
  /** The request's. */
  readonly method: string;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** How long the connection will be kept, in seconds. */
  readonly keepSeconds: number;
  /** Called when the answer is on its way, whole. `last`: no other may follow it. */
  readonly onSent: (last: boolean) => void;
}

/** What an Exchange needs of a response; it has the shape of Node's, without the weight. */
export class PlainAnswer {
  headersSent = false;
  writableEnded = false;
  readonly #facts: AnswerFacts;
  readonly #onClose: (() => void)[] = [];
  #head = "";
  #last: boolean;
  #chunked = false;
  #sink: Sink | undefined;

  constructor(facts: AnswerFacts, last: boolean) {
    this.#facts = facts;
    this.#last = last;
  }

  get destroyed(): boolean {
    return this.#facts.socket.destroyed;
  }

  /** Nothing of this one can fail but its connection. */
  on(): void {}

  once(event: "close" | "finish", listener: () => void): void {
    if (event === "close") this.#onClose.push(listener);
  }

  /** Throws TypeError on a header that HTTP can not carry. */
  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    let head = `HTTP/1.1 ${status} ${process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "unknown"}\r\n`;
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) continue;
      if (Array.isArray(value)) for (const each of value) head += line(name, each);
      else head += line(name, String(value));
    }
    const { method, nowMs, keepSeconds } = this.#facts;
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    this.#chunked = headers["content-length"] === undefined && !bodiless;
    this.#last ||= headers["connection"] === "close";
    if (headers["date"] === undefined) head += `Date: ${dateAt(nowMs())}\r\n`;
    if (headers["connection"] === undefined) head += this.#last ? "Connection: close\r\n" : `Connection: keep-alive\r\nKeep-Alive: timeout=${keepSeconds}\r\n`;
    if (this.#chunked) head += "Transfer-Encoding: chunked\r\n";
    this.#head = `${head}\r\n`;
    this.headersSent = true;
  }

  /** The whole body, whose length the head has told. */
  end(body?: string | Uint8Array, encoding?: BufferEncoding): void {
    const { socket } = this.#facts;
    const head = this.#takeHead();
    if (body === undefined || body.length === 0) socket.write(this.#chunked ? `${head}0\r\n\r\n` : head, "latin1");
    else if (typeof body === "string" && encoding === "latin1") socket.write(head + body, "latin1");
    else {
      socket.cork();
      socket.write(head, "latin1");
      socket.write(body, encoding);
      socket.uncork();
    }
    this.#finish();
  }

  flushHeaders(): void {
    this.#facts.socket.write(this.#takeHead(), "latin1");
  }

  /** Where a body goes that is not there yet. */
  sink(): Writable {
    const { socket } = this.#facts;
    return (this.#sink = new Sink(socket, this.#chunked, () => this.#takeHead(), () => this.#finish()));
  }

  destroy(): void {
    this.#facts.socket.destroy();
  }

  /** The connection is gone. */
  lost(): void {
    for (const listener of this.#onClose) listener();
    if (!this.writableEnded) this.#sink?.destroy(Object.assign(new Error("the client went away"), { code: "ECONNRESET" }));
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = "";
    return head;
  }

  #finish(): void {
    this.writableEnded = true;
    this.#facts.onSent(this.#last);
  }
}

/** With back-pressure: a chunk is done when the system has taken it. */
class Sink extends Writable {
  readonly #socket: Socket;
  readonly #chunked: boolean;
  readonly #takeHead: () => string;
  readonly #onEnd: () => void;

  constructor(socket: Socket, chunked: boolean, takeHead: () => string, onEnd: () => void) {
    super();
    this.#socket = socket;
    this.#chunked = chunked;
    this.#takeHead = takeHead;
    this.#onEnd = onEnd;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const socket = this.#socket;
    const head = this.#takeHead();
    const before = this.#chunked ? `${head}${chunk.length.toString(16)}\r\n` : head;
    // A chunk of nothing would be the last one.
    if (chunk.length === 0) return void socket.write(head, "latin1", done);
    socket.cork();
    if (before !== "") socket.write(before, "latin1");
    if (this.#chunked) {
      socket.write(chunk);
      socket.write("\r\n", "latin1", done);
    } else socket.write(chunk, done);
    socket.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    const end = `${this.#takeHead()}${this.#chunked ? "0\r\n\r\n" : ""}`;
    if (end !== "") this.#socket.write(end, "latin1");
    this.#onEnd();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // What has been said of it can not be taken back in another way.
    if (error) this.#socket.destroy();
    done(error);
  }
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function line(name: string, value: string): string {
  if (!NAME.test(name) || !VALUE.test(value)) throw new TypeError(`the header ${JSON.stringify(name)} can not be sent`);
  return `${name}: ${value}\r\n`;
}

/** The same text for all answers of a second. */
function dateAt(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== told.second) told = { second, text: new Date(ms).toUTCString() };
  return told.text;
}

let told = { second: Number.NaN, text: "" };
