// The last lines of one invocation, kept while it runs and no longer than the answer may carry.

export interface LogTail {
  add(text: string): void;
  /** The last `bytesMax` bytes. */
  bytes(): Uint8Array;
}

export function logTail(bytesMax: number): LogTail {
  let lines: Buffer[] = [];
  let size = 0;
  return {
    add: (text) => {
      const line = Buffer.from(text);
      lines.push(line);
      size += line.byteLength;
      // Doubling before trimming keeps a chatty function's cost per line constant.
      if (size < 2 * bytesMax) return;
      lines = [lastOf(lines, bytesMax)];
      size = bytesMax;
    },
    bytes: () => lastOf(lines, bytesMax),
  };
}

function lastOf(lines: readonly Buffer[], bytesMax: number): Buffer {
  const all = Buffer.concat(lines);
  return all.subarray(Math.max(0, all.byteLength - bytesMax));
}
