// Cuts a stream of bytes at delimiters without ever holding more of it than it must.
import type { Fault } from "../../../kernel/fault.ts";

export interface Scanner {
  /** The bytes before the next `delimiter`, which is passed over. Throws `tooLarge` when there are more than `bytesMax` before it. */
  take(delimiter: string, bytesMax: number, tooLarge: () => Fault): Promise<Buffer>;
  /** The next `count` bytes as text, left where they are; fewer at the end. */
  peek(count: number): Promise<string>;
  /** The bytes before the next `delimiter` as they come, which is then passed over. */
  stream(delimiter: string): AsyncGenerator<Uint8Array>;
  /** Reads what is left and forgets it. */
  drain(): Promise<void>;
}

/** `start` stands before the source's first byte; a source that ends before a delimiter is `malformed`. */
export function openScanner(source: AsyncIterable<Uint8Array>, { start, malformed }: { readonly start: string; readonly malformed: () => Fault }): Scanner {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.from(start);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done) return false;
    held = held.byteLength === 0 ? Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength) : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    take: async (delimiter, bytesMax, tooLarge) => {
      for (;;) {
        const at = held.indexOf(delimiter);
        if (at > bytesMax || (at < 0 && held.byteLength > bytesMax + delimiter.length)) throw tooLarge();
        if (at >= 0) {
          const taken = held.subarray(0, at);
          held = held.subarray(at + delimiter.length);
          return taken;
        }
        if (!(await more())) throw malformed();
      }
    },
    peek: async (count) => {
      while (held.byteLength < count && (await more()));
      return held.subarray(0, count).toString("latin1");
    },
    stream: async function* (delimiter) {
      for (;;) {
        const at = held.indexOf(delimiter);
        if (at >= 0) {
          const last = held.subarray(0, at);
          held = held.subarray(at + delimiter.length);
          if (last.byteLength > 0) yield last;
          return;
        }
        // The delimiter may have begun in the last bytes.
        const safe = held.byteLength - delimiter.length + 1;
        if (safe > 0) {
          const ready = held.subarray(0, safe);
          held = held.subarray(safe);
          yield ready;
        }
        if (!(await more())) throw malformed();
      }
    },
    drain: async () => {
      held = Buffer.alloc(0);
      while (!(await chunks.next()).done);
    },
  };
}
