// A CBOR writer for what typed output holds: plain objects, arrays, strings, numbers, booleans, null, bytes and moments.

interface Sink {
  readonly epochUnitMs: number;
  bytes: Buffer;
  at: number;
}

const TAG_EPOCH = 0xc1;
const UINT32_LIMIT = 4_294_967_296;

/** `epochUnitMs` is what one means under tag 1: a second, by RFC 8949. */
export function printCbor(tree: unknown, epochUnitMs = 1000): Uint8Array {
  const sink: Sink = { epochUnitMs, bytes: Buffer.allocUnsafe(512), at: 0 };
  writeItem(sink, tree);
  return new Uint8Array(sink.bytes.buffer, sink.bytes.byteOffset, sink.at);
}

function writeItem(sink: Sink, value: unknown): void {
  switch (typeof value) {
    case "string": {
      const length = Buffer.byteLength(value, "utf8");
      writeHead(sink, 3, length);
      reserve(sink, length);
      sink.at += sink.bytes.write(value, sink.at, "utf8");
      return;
    }
    case "number": return writeNumber(sink, value);
    case "boolean": return writeByte(sink, value ? 0xf5 : 0xf4);
    case "object": return writeObject(sink, value);
    default: throw new Error(`bug: CBOR has no ${typeof value}`);
  }
}

function writeObject(sink: Sink, value: object | null): void {
  if (value === null) return writeByte(sink, 0xf6);
  if (value instanceof Uint8Array) {
    writeHead(sink, 2, value.byteLength);
    reserve(sink, value.byteLength);
    sink.bytes.set(value, sink.at);
    sink.at += value.byteLength;
    return;
  }
  if (value instanceof Date) {
    writeByte(sink, TAG_EPOCH);
    return writeNumber(sink, value.getTime() / sink.epochUnitMs);
  }
  if (Array.isArray(value)) {
    writeHead(sink, 4, value.length);
    for (const item of value) writeItem(sink, item);
    return;
  }
  const entries = Object.entries(value);
  writeHead(sink, 5, entries.length);
  for (const [key, entry] of entries) {
    writeItem(sink, key);
    writeItem(sink, entry);
  }
}

function writeNumber(sink: Sink, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value >= 0 ? writeHead(sink, 0, value) : writeHead(sink, 1, -1 - value);
  reserve(sink, 9);
  sink.bytes[sink.at] = 0xfb;
  sink.bytes.writeDoubleBE(value, sink.at + 1);
  sink.at += 9;
}

function writeHead(sink: Sink, major: number, argument: number): void {
  reserve(sink, 9);
  const { bytes, at } = sink;
  const high = major << 5;
  if (argument < 24) {
    bytes[at] = high | argument;
    sink.at += 1;
  } else if (argument < 256) {
    bytes[at] = high | 24;
    bytes[at + 1] = argument;
    sink.at += 2;
  } else if (argument < 65_536) {
    bytes[at] = high | 25;
    bytes.writeUInt16BE(argument, at + 1);
    sink.at += 3;
  } else if (argument < UINT32_LIMIT) {
    bytes[at] = high | 26;
    bytes.writeUInt32BE(argument, at + 1);
    sink.at += 5;
  } else {
    bytes[at] = high | 27;
    bytes.writeBigUInt64BE(BigInt(argument), at + 1);
    sink.at += 9;
  }
}

function writeByte(sink: Sink, byte: number): void {
  reserve(sink, 1);
  sink.bytes[sink.at] = byte;
  sink.at += 1;
}

function reserve(sink: Sink, count: number): void {
  if (sink.at + count <= sink.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(sink.bytes.length * 2, sink.at + count));
  sink.bytes.copy(grown, 0, 0, sink.at);
  sink.bytes = grown;
}
