// A response streamed over HTTP may begin with its status, headers and cookies as JSON, ended by eight NUL bytes.
import { limits } from "../../../kernel/limits.ts";
import { headV2, type HttpHead } from "../../../triggers/http/reply-v2.ts";

/** The content type by which a function says that a prelude comes first. */
export const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";

const END = Buffer.alloc(8);

export interface Begun {
  readonly head: HttpHead;
  /** What follows the prelude. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Reads the prelude off a response; undefined when there is none that can be sent. Rejects with what the response throws within it. */
export async function readPrelude(response: AsyncIterable<Uint8Array>): Promise<Begun | undefined> {
  const chunks = response[Symbol.asyncIterator]();
  let text = Buffer.alloc(0);
  for (;;) {
    const next = await chunks.next();
    if (next.done) return undefined;
    text = Buffer.concat([text, next.value]);
    const end = text.indexOf(END);
    const head = end === -1 ? undefined : headOf(text.subarray(0, end));
    if (head) return { head, body: continued(text.subarray(end + END.length), chunks) };
    if (end !== -1 || text.length > limits.functions.httpPreludeBytesMax) break;
  }
  return undefined;
}

function headOf(text: Buffer): HttpHead | undefined {
  try {
    return headV2(JSON.parse(text.toString("utf8")), "application/octet-stream");
  } catch {
    return undefined;
  }
}

async function* continued(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}
