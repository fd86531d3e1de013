// The listener hands every request to the first door that claims it. A door speaks one protocol family and knows nothing of sockets.
import type { Readable } from "node:stream";

export interface HttpRequest {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  /** As sent, without `?`; empty when there was none. */
  readonly rawQuery: string;
  /** Lower-case names; repeated headers joined by `, ` (cookie by `; `). */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in turn, as sent, for who must tell a repeated header from one with commas. */
  readonly rawHeaders: readonly string[];
  /** Host header or `:authority`, with the port if it was sent. */
  readonly host: string;
  readonly secure: boolean;
  readonly sourceIp: string;
  /** Reading it sends `100 Continue` when the client waits for that; a door may answer without reading. */
  readonly body: Readable;
  /** A body of this length, which its head announced, without the cost of a stream; undefined when it must be read from `body`. To be asked once, and not after `body`. */
  shortBody(bytes: number): Promise<Uint8Array> | undefined;
  /** Aborts when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
  /** Base URL of the listener as this client reached it, without a final slash. */
  readonly endpoint: string;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Bytes, and text in UTF-8, get a content-length; a Readable is streamed, with the content-length header when the door set one. */
  readonly body?: Uint8Array | string | Readable;
  /** A streamed body may keep the client waiting for its first byte: send the head before it. */
  readonly headAtOnce?: boolean;
}

export interface Door {
  readonly name: string;
  claims(request: HttpRequest): boolean;
  /** Never rejects for bad input; a rejection is a bug and becomes a logged 500. */
  handle(request: HttpRequest): Promise<HttpReply>;
}
