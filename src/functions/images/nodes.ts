// What a root file system holds so far, in memory: names are resolved here and never on the disk, where a link could lead them out.
import { BadImage } from "./refusals.ts";

export type Node = Directory | Leaf;

export interface Directory {
  readonly kind: "directory";
  readonly children: Map<string, Node>;
  mode: number;
  /** The layer that named it last: whiteouts of that layer do not reach it. */
  layer: number;
}

export interface Leaf {
  readonly kind: "file" | "symlink";
  /** Of symlinks. */
  readonly target: string;
  readonly layer: number;
}

/** A place for an entry: a real directory, by the real names that lead to it, and a name in it. */
export interface Place {
  readonly parent: Directory;
  /** Real path of the parent below the root, empty for the root; no component is a link. */
  readonly parentPath: string;
  readonly name: string;
}

/** Linux: the longest name of one file. */
const SEGMENT_BYTES_MAX = 255;
/** Ours: a path in an image; PATH_MAX (4096) less room for where it is unpacked. */
const PATH_BYTES_MAX = 3072;
/** How often a path may pass through a link before it counts as endless; Linux allows 40. */
const LINK_HOPS_MAX = 40;
const DEFAULT_MODE = 0o755;

export const newDirectory = (layer: number, mode = DEFAULT_MODE): Directory => ({ kind: "directory", children: new Map(), mode, layer });

export const joinPath = (parent: string, name: string): string => (parent === "" ? name : `${parent}/${name}`);

/** The segments of a name in an archive, which is below the root however it is written. Throws BadImage for `..` and for names that no file can have. */
export function segmentsOf(name: string): readonly string[] {
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  for (const segment of segments) {
    if (segment === "..") throw new BadImage(`the path ${JSON.stringify(name)} in a layer leads upwards`);
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) throw new BadImage("a name in a layer is too long");
  }
  return segments;
}

/**
 * Finds where `segments` (at least one) lies, following links in its parents as a process inside would. `makeDirectory` is asked for
 * parents that are missing; without it the answer is then undefined. Throws BadImage when a parent is a file.
 */
export function placeOf(root: Directory, segments: readonly string[], makeDirectory?: (place: Place) => Directory): Place | undefined {
  const trail: { readonly directory: Directory; readonly name: string }[] = [];
  const here = (): Directory => trail.at(-1)?.directory ?? root;
  const path = (): string => trail.map(({ name }) => name).join("/");
  const ahead = segments.slice(0, -1);
  for (let hops = 0; ahead.length > 0; ) {
    const name = ahead.shift() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      // Above the root is the root, as for a process inside.
      trail.pop();
      continue;
    }
    // Also of links, whose targets may be any text.
    if (Buffer.byteLength(name) > SEGMENT_BYTES_MAX) throw new BadImage("a name in a layer is too long");
    let node = here().children.get(name);
    if (!node) {
      if (!makeDirectory) return undefined;
      node = makeDirectory({ parent: here(), parentPath: path(), name });
    }
    if (node.kind === "directory") trail.push({ directory: node, name });
    else if (node.kind === "file") throw new BadImage(`${joinPath(path(), name)} is a file and a directory in the layers`);
    else {
      if (++hops > LINK_HOPS_MAX) throw new BadImage(`the path ${segments.join("/")} in a layer passes through too many links`);
      if (node.target.startsWith("/")) trail.length = 0;
      ahead.unshift(...node.target.split("/"));
    }
  }
  const place = { parent: here(), parentPath: path(), name: segments.at(-1) ?? "" };
  if (Buffer.byteLength(joinPath(place.parentPath, place.name)) > PATH_BYTES_MAX) throw new BadImage("a path in a layer is too long");
  return place;
}
