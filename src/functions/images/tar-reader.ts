// Reads tar archives as a stream: ustar, POSIX extended headers and GNU's long names, in constant memory whatever the archive holds.
import { ByteSource } from "./byte-source.ts";
import { readPax, type PaxFacts } from "./pax.ts";
import { BadImage } from "./refusals.ts";
import { BLOCK_BYTES, readHeader, utf8, type TarHeader } from "./tar-header.ts";

export type TarKind = "file" | "directory" | "symlink" | "hardlink" | "device";

export interface TarEntry {
  /** As written in the archive: nothing about it is safe yet. */
  readonly name: string;
  readonly kind: TarKind;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly modifiedSeconds: number;
  /** Of a file; 0 for everything else. */
  readonly sizeBytes: number;
  /** Of links, as written. */
  readonly linkName: string;
  /** The bytes of a file, once; what is left unread is skipped. */
  content(): AsyncIterable<Buffer>;
}

/** What came before an entry and is about it. */
type Facts = { -readonly [K in keyof PaxFacts]: PaxFacts[K] };

/** Ours: one extended header or long name; real ones are a few hundred bytes. */
const EXTENSION_BYTES_MAX = 1024 * 1024;
/** What every file system can keep: until the year 2446. */
const TIME_SECONDS_MAX = 15_032_385_535;
/** Linux: PATH_MAX. */
const NAME_BYTES_MAX = 4096;

const kinds: Readonly<Record<string, TarKind>> = { "0": "file", "7": "file", "1": "hardlink", "2": "symlink", "3": "device", "4": "device", "5": "directory", "6": "device" };

/** The entries in order. Throws BadImage when the archive is torn, is none, or has what is not supported (sparse files, unknown kinds). */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = new ByteSource(source);
  try {
    const global: Facts = {};
    let extended: Facts = {};
    for (;;) {
      const block = await bytes.take(BLOCK_BYTES);
      const header = block && readHeader(block);
      // Two blocks of zeros end an archive; many writers are content with one, or with the end of the file.
      if (!header) break;
      if (header.type === "g") Object.assign(global, readPax(await extension(bytes, header)));
      else if (header.type === "x") Object.assign(extended, readPax(await extension(bytes, header)));
      else if (header.type === "L") extended.path = longName(await extension(bytes, header));
      else if (header.type === "K") extended.linkPath = longName(await extension(bytes, header));
      else {
        yield* entry(header, { ...global, ...extended }, bytes);
        extended = {};
      }
    }
    // What follows the end belongs to the blob, whose digest covers it.
    await bytes.drain();
  } finally {
    await bytes.close();
  }
}

async function* entry(header: TarHeader, facts: PaxFacts, bytes: ByteSource): AsyncGenerator<TarEntry> {
  const kind = kinds[header.type];
  const name = checkedName(facts.path ?? header.name);
  if (!kind) throw new BadImage(header.type === "S" ? "a layer has a sparse file, which is not supported; make it again without --sparse" : `a layer has an entry of unknown kind ${JSON.stringify(header.type)}`);
  // Links and directories may carry a size, but never bytes.
  const sizeBytes = kind === "file" ? (facts.sizeBytes ?? header.sizeBytes) : 0;
  // Before POSIX a directory was a file whose name ends in a slash.
  const old = kind === "file" && name.endsWith("/") && sizeBytes === 0;
  let taken = 0;
  const content = async function* (): AsyncGenerator<Buffer> {
    if (taken > 0) throw new Error("bug: a file of a layer is read twice");
    for await (const piece of bytes.pieces(sizeBytes)) {
      taken += piece.length;
      yield piece;
    }
  };
  yield { name, kind: old ? "directory" : kind, mode: header.mode & 0o7777, modifiedSeconds: Math.min(facts.modifiedSeconds ?? header.modifiedSeconds, TIME_SECONDS_MAX), sizeBytes, linkName: checkedName(facts.linkPath ?? header.linkName), content };
  for await (const _ of bytes.pieces(sizeBytes - taken));
  for await (const _ of bytes.pieces(padding(sizeBytes)));
}

async function extension(bytes: ByteSource, { sizeBytes }: TarHeader): Promise<Buffer> {
  if (sizeBytes > EXTENSION_BYTES_MAX) throw new BadImage("an extended header of a layer is too large");
  const content = sizeBytes === 0 ? Buffer.alloc(0) : await bytes.take(sizeBytes);
  if (!content) throw new BadImage("a layer ends in the middle of a header");
  for await (const _ of bytes.pieces(padding(sizeBytes)));
  return content;
}

const padding = (sizeBytes: number): number => (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

function longName(content: Buffer): string {
  const end = content.indexOf(0);
  return utf8(end === -1 ? content : content.subarray(0, end));
}

function checkedName(name: string): string {
  if (name.includes("\0")) throw new BadImage("a name in a layer has a NUL byte");
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new BadImage("a name in a layer is too long");
  return name;
}
