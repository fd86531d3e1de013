// How an image wants to be started, and which layers it really has: its configuration, read with suspicion.
import { hexOf, isDigest, object, parseJson } from "./manifest.ts";
import { BadImage, UnsupportedImage } from "./refusals.ts";

export interface ImageConfig {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Lower-case hex SHA-256 of each uncompressed layer, bottom first. */
  readonly diffIds: readonly string[];
}

/** Ours: words of a command line, variables, and bytes of one of them. */
const WORDS_MAX = 1000;
const WORD_BYTES_MAX = 32 * 1024;

/** Throws UnsupportedImage when the image is for other machines than `architecture` (as Go names it), BadImage when it is malformed. */
export function readImageConfig(bytes: Uint8Array, architecture: "amd64" | "arm64"): ImageConfig {
  const document = object(parseJson(bytes, "the image's configuration"), "the image's configuration");
  const os = document["os"];
  const built = document["architecture"];
  if (os !== undefined && os !== "linux") throw new UnsupportedImage(`the image is built for ${String(os)}, not for linux`);
  if (built !== undefined && built !== architecture) throw new UnsupportedImage(`the image is built for ${String(built)}, and this machine runs ${architecture}`);
  const { Entrypoint, Cmd, WorkingDir, Env } = object(document["config"] ?? {}, "the image's config");
  const { diff_ids: diffIds } = object(document["rootfs"], "the image's rootfs");
  if (!Array.isArray(diffIds) || !diffIds.every((id) => typeof id === "string" && isDigest(id))) throw new BadImage("the image's configuration lists no diff_ids");
  return {
    entryPoint: words(Entrypoint, "Entrypoint"),
    command: words(Cmd, "Cmd"),
    workingDirectory: typeof WorkingDir === "string" && WorkingDir.startsWith("/") && !WorkingDir.includes("\0") ? WorkingDir : "/",
    env: variables(words(Env, "Env")),
    diffIds: diffIds.map((id: string) => hexOf(id)),
  };
}

function words(value: unknown, what: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const fits = Array.isArray(value) && value.length <= WORDS_MAX && value.every((word) => typeof word === "string" && Buffer.byteLength(word) <= WORD_BYTES_MAX && !word.includes("\0"));
  if (!fits) throw new BadImage(`the image's ${what} is no list of words`);
  return value as readonly string[];
}

/** The names that a sandbox can set; others are refused rather than dropped. */
function variables(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((line) => {
    const equals = line.indexOf("=");
    const name = equals === -1 ? line : line.slice(0, equals);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new BadImage(`the image sets the variable ${JSON.stringify(name)}, which is no name of a variable`);
    return [name, equals === -1 ? "" : line.slice(equals + 1)];
  }));
}
