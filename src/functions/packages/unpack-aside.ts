// Unpacks large archives in threads of their own, so that thousands of files cost the event loop nothing.
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { ArchiveSource } from "./archive.ts";
import { sharedDisk } from "./disk.ts";
import { startUnpacker } from "./unpack-thread.ts";
import type { Target, Unpacked } from "./unpack.ts";

/** Ours: starting a thread takes as long as unpacking an archive of this size here. */
const asideBytesMin = 256 * 1024;
/** Ours: from here on a second thread is worth its start and a second reading of the directory. */
const inHalvesBytesMin = 8 * 1024 * 1024;

/** As `unpack`; where it happens depends on the size of the archive. */
export async function unpackAside(source: ArchiveSource, target: Target): Promise<Unpacked> {
  const bytes = source.kind === "bytes" ? source.bytes.byteLength : (await stat(source.path)).size;
  if (bytes >= asideBytesMin) return startUnpacker({ part: bytes >= inHalvesBytesMin && availableParallelism() > 1 ? "first" : "all", source, ...target }).unpacked;
  // Loaded with the first archive: a server that starts needs no zip reader.
  const { unpack } = await import("./unpack.ts");
  return unpack(source, target, sharedDisk);
}
