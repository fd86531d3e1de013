// Writes tar archives for tests, well-formed or not, and puts images together from them.
import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";

export interface TarItem {
  readonly name: string;
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly link?: string;
  /** Records of an extended header before the entry. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Written in the header instead of the true size. */
  readonly size?: number;
  readonly spoil?: (header: Buffer) => void;
}

export function tarOf(items: readonly TarItem[], end = true): Buffer {
  return Buffer.concat([...items.flatMap(itemBlocks), ...(end ? [Buffer.alloc(1024)] : [])]);
}

function itemBlocks(item: TarItem): readonly Buffer[] {
  const content = typeof item.content === "string" ? Buffer.from(item.content) : Buffer.from(item.content ?? []);
  const before = item.pax ? itemBlocks({ name: "pax", type: "x", content: Object.entries(item.pax).map(([key, value]) => paxRecord(key, value)).join("") }) : [];
  const header = Buffer.alloc(512);
  header.write(item.name, 0, 100);
  const octal = (value: number, at: number, length: number): void => void header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, length, "latin1");
  octal(item.mode ?? 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(item.size ?? content.length, 124, 12);
  octal(1_600_000_000, 136, 12);
  header.write(item.type ?? "0", 156, 1, "latin1");
  header.write(item.link ?? "", 157, 100);
  header.write("ustar\x0000", 257, 8, "latin1");
  item.spoil?.(header);
  header.fill(0x20, 148, 156);
  octal(header.reduce((sum, byte) => sum + byte, 0), 148, 7);
  return [...before, header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(body);
  while (String(length).length + Buffer.byteLength(body) !== length) length = String(length).length + Buffer.byteLength(body);
  return `${length}${body}`;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export interface TestImage {
  readonly manifest: Buffer;
  readonly config: Buffer;
  /** As packed, bottom first. */
  readonly layers: readonly Buffer[];
}

const LAYER = "application/vnd.oci.image.layer.v1.tar";
type Packing = "" | "+gzip" | "+zstd";
const pack: Readonly<Record<Packing, (tar: Buffer) => Buffer>> = { "": (tar) => tar, "+gzip": gzipSync, "+zstd": zstdCompressSync };

/** An image of these layers for this machine; `config` is Docker's: Entrypoint, Cmd, Env, WorkingDir. */
export function imageOf(tars: readonly Buffer[], config: Readonly<Record<string, unknown>> = {}, packings: readonly Packing[] = []): TestImage {
  const packing = (index: number): Packing => packings[index] ?? "+gzip";
  const layers = tars.map((tar, index) => pack[packing(index)](tar));
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const configJson = Buffer.from(JSON.stringify({ os: "linux", architecture, config, rootfs: { type: "layers", diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) } }));
  const describe = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length });
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: describe("application/vnd.oci.image.config.v1+json", configJson),
    layers: layers.map((layer, index) => describe(LAYER + packing(index), layer)),
  }));
  return { manifest, config: configJson, layers };
}
