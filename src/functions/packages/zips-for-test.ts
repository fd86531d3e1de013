// Builds zips byte by byte for tests, also ones that no honest tool would make.
import { crc32, deflateRawSync } from "node:zlib";

export interface TestEntry {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  /** Unix mode with type bits; absent: made on a system without modes. */
  readonly mode?: number;
  readonly stored?: boolean;
  readonly method?: number;
  readonly flags?: number;
  /** Lies for the directory. */
  readonly declaredBytes?: number;
  readonly crc?: number;
  readonly sameDataAs?: number;
  readonly modified?: Date;
}

export function zipOf(entries: readonly TestEntry[], lies: { readonly entryCount?: number } = {}): Buffer {
  const locals: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  const central = entries.map((entry) => {
    const name = Buffer.from(entry.name);
    const data = Buffer.from(entry.data ?? "");
    const method = entry.method ?? (entry.stored ? 0 : 8);
    const zipped = method === 8 ? deflateRawSync(data) : data;
    const sizes = { crc: entry.crc ?? crc32(data), zipped: zipped.byteLength, bytes: entry.declaredBytes ?? data.byteLength };
    if (entry.sameDataAs === undefined) {
      offsets.push(at);
      const local = Buffer.concat([localHeader(name, method, entry.flags ?? 0x800, sizes), zipped]);
      locals.push(local);
      at += local.byteLength;
    } else offsets.push(offsets[entry.sameDataAs] ?? 0);
    return centralHeader(name, method, entry, sizes, offsets.at(-1) ?? 0);
  });
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(lies.entryCount ?? entries.length, 8);
  end.writeUInt16LE(lies.entryCount ?? entries.length, 10);
  end.writeUInt32LE(directory.byteLength, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

interface Sizes {
  readonly crc: number;
  readonly zipped: number;
  readonly bytes: number;
}

function localHeader(name: Buffer, method: number, flags: number, sizes: Sizes): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(sizes.crc, 14);
  header.writeUInt32LE(sizes.zipped, 18);
  header.writeUInt32LE(sizes.bytes, 22);
  header.writeUInt16LE(name.byteLength, 26);
  return Buffer.concat([header, name]);
}

function centralHeader(name: Buffer, method: number, entry: TestEntry, sizes: Sizes, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.mode === undefined ? 20 : (3 << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(entry.flags ?? 0x800, 8);
  header.writeUInt16LE(method, 10);
  const date = entry.modified ?? new Date("2020-02-02T02:02:02Z");
  header.writeUInt16LE((date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1), 12);
  header.writeUInt16LE(((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(), 14);
  header.writeUInt32LE(sizes.crc, 16);
  header.writeUInt32LE(sizes.zipped, 20);
  header.writeUInt32LE(sizes.bytes, 24);
  header.writeUInt16LE(name.byteLength, 28);
  header.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}
