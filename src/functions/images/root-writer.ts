// Lays the layers of an image over each other on the disk, entry by entry; runs in a thread of its own, so it may block.
import { chmodSync, closeSync, fchmodSync, futimesSync, linkSync, lutimesSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../kernel/limits.ts";
import { type Directory, joinPath, newDirectory, type Node, type Place, placeOf, segmentsOf } from "./nodes.ts";
import { BadImage } from "./refusals.ts";
import type { TarEntry } from "./tar-reader.ts";

/** What a sandbox mounts over, which a read-only root must therefore have. */
const MOUNT_DIRECTORIES = ["proc", "dev", "tmp", ".fugaz"];
const MOUNT_FILES = ["etc/hosts", "etc/resolv.conf"];

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

export class RootWriter {
  readonly #dir: string;
  readonly #root: Directory = newDirectory(0);
  #layer = 0;
  #entries = 0;

  /** `dir` must exist and be empty. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** What follows belongs to the next layer. */
  beginLayer(): void {
    this.#layer++;
  }

  /** Throws BadImage for entries that must not be unpacked. */
  async write(entry: TarEntry): Promise<void> {
    if (++this.#entries > limits.images.entriesMax) throw new BadImage(`the image has more than ${limits.images.entriesMax} files`);
    const segments = segmentsOf(entry.name);
    const last = segments.at(-1);
    if (last === undefined) {
      if (entry.kind !== "directory") throw new BadImage("a layer replaces the root directory");
      return;
    }
    if (last.startsWith(WHITEOUT)) return this.#whiteOut(segments, last);
    // Sandboxes have devices of their own.
    if (entry.kind === "device") return;
    const place = this.#place(segments);
    if (entry.kind === "directory") this.#directory(place, entry.mode & 0o1777);
    else if (entry.kind === "file") await this.#file(place, entry);
    else if (entry.kind === "symlink") this.#symlink(place, entry.linkName, entry.modifiedSeconds);
    else this.#hardLink(place, entry.linkName);
  }

  /** Makes what sandboxes mount over, then gives the directories their modes. */
  finish(): void {
    this.#layer++;
    for (const path of MOUNT_DIRECTORIES) this.#directory(this.#place(segmentsOf(path)), 0o755);
    for (const path of MOUNT_FILES) {
      const place = this.#place(segmentsOf(path));
      if (place.parent.children.get(place.name)?.kind === "file") continue;
      this.#remove(place);
      writeFileSync(this.#path(place), "", { flag: "wx" });
      chmodSync(this.#path(place), 0o644);
      place.parent.children.set(place.name, { kind: "file", target: "", layer: this.#layer });
    }
    this.#setModes(this.#root, "");
    chmodSync(this.#dir, 0o755);
  }

  #path({ parentPath, name }: Place): string {
    return join(this.#dir, joinPath(parentPath, name));
  }

  #place(segments: readonly string[]): Place {
    const place = placeOf(this.#root, segments, (missing) => this.#directory(missing, 0o755));
    if (!place) throw new Error("bug: parents are made when they are missing");
    return place;
  }

  #directory(place: Place, mode: number): Directory {
    const present = place.parent.children.get(place.name);
    if (present?.kind === "directory") {
      present.mode = mode;
      present.layer = this.#layer;
      return present;
    }
    this.#remove(place);
    mkdirSync(this.#path(place), 0o755);
    const made = newDirectory(this.#layer, mode);
    place.parent.children.set(place.name, made);
    return made;
  }

  async #file(place: Place, entry: TarEntry): Promise<void> {
    // Never written through: what lies there may be linked from elsewhere.
    this.#remove(place);
    const file = openSync(this.#path(place), "wx", 0o600);
    try {
      for await (const piece of entry.content()) for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      futimesSync(file, entry.modifiedSeconds, entry.modifiedSeconds);
      // Without setuid and setgid: the file belongs to root, and this is somebody's host.
      fchmodSync(file, entry.mode & 0o777);
    } finally {
      closeSync(file);
    }
    place.parent.children.set(place.name, { kind: "file", target: "", layer: this.#layer });
  }

  #symlink(place: Place, target: string, modifiedSeconds: number): void {
    if (target === "") throw new BadImage(`the link ${joinPath(place.parentPath, place.name)} in a layer has no target`);
    this.#remove(place);
    symlinkSync(target, this.#path(place));
    lutimesSync(this.#path(place), modifiedSeconds, modifiedSeconds);
    place.parent.children.set(place.name, { kind: "symlink", target, layer: this.#layer });
  }

  #hardLink(place: Place, linkName: string): void {
    const segments = segmentsOf(linkName);
    const source = segments.length === 0 ? undefined : placeOf(this.#root, segments);
    const node = source?.parent.children.get(source.name);
    if (!source || !node || node.kind === "directory") throw new BadImage(`the hard link ${joinPath(place.parentPath, place.name)} in a layer leads to nothing`);
    // A link to itself is what it is already.
    if (source.parent === place.parent && source.name === place.name) return;
    this.#remove(place);
    linkSync(this.#path(source), this.#path(place));
    place.parent.children.set(place.name, { ...node, layer: this.#layer });
  }

  #whiteOut(segments: readonly string[], last: string): void {
    const place = placeOf(this.#root, segments);
    if (last === OPAQUE) {
      const [directory, path] = place ? [place.parent, place.parentPath] : [undefined, ""];
      if (directory) this.#removeLower(directory, path);
      return;
    }
    const name = last.slice(WHITEOUT.length);
    // Notes of an old union file system to itself.
    if (name.startsWith(WHITEOUT)) return;
    if (name === "" || name === "." || name === "..") throw new BadImage(`the whiteout ${segments.join("/")} hides nothing that can be`);
    const node = place?.parent.children.get(name);
    if (place && node) this.#removeIfLower({ ...place, name }, node);
  }

  /** A whiteout hides what lower layers brought, wherever it stands among the entries of its own. */
  #removeIfLower(place: Place, node: Node): void {
    if (node.kind === "directory") {
      this.#removeLower(node, joinPath(place.parentPath, place.name));
      if (node.children.size > 0) return;
    }
    if (node.layer < this.#layer) this.#remove(place);
  }

  #removeLower(directory: Directory, path: string): void {
    for (const [name, node] of directory.children) this.#removeIfLower({ parent: directory, parentPath: path, name }, node);
  }

  #remove(place: Place): void {
    if (!place.parent.children.delete(place.name)) return;
    rmSync(this.#path(place), { recursive: true, force: true });
  }

  /** Children first: their parents may forbid to reach them. */
  #setModes(directory: Directory, path: string): void {
    for (const [name, node] of directory.children) {
      if (node.kind !== "directory") continue;
      this.#setModes(node, joinPath(path, name));
      chmodSync(join(this.#dir, joinPath(path, name)), node.mode);
    }
  }
}
