// The few programs that start a function, for root file systems that are not the host's: an image may have no shell, or another C library.
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";

/** Where the host's programs lie inside; root file systems have the directory. */
const AT = "/.fugaz";

export interface HostTools {
  /** bwrap's words that make the host's programs visible there, read-only. */
  readonly binds: readonly string[];
  /** The words that run one of them: by the host's own loader and libraries, whatever the image has. */
  words(program: string): readonly string[];
}

const LOADERS: Readonly<Record<string, readonly string[]>> = {
  x64: ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"],
  arm64: ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"],
};

/** Undefined where the host's loader is not found: such a host runs no images. */
export function hostTools(): HostTools | undefined {
  const found = (LOADERS[process.arch] ?? []).find((file) => existsSync(file));
  if (found === undefined) return undefined;
  // Links of the host would be followed in the image: only real paths are used.
  const loader = realpathSync(found);
  const libraries = [dirname(loader), "/usr/lib64", "/usr/lib", "/lib"].map((dir) => AT + dir).join(":");
  const own = ["/bin", "/sbin", "/lib", "/lib64"].filter((dir) => existsSync(dir) && !lstatSync(dir).isSymbolicLink());
  return {
    binds: ["--tmpfs", AT, ...["/usr", ...own].flatMap((dir) => ["--ro-bind", dir, AT + dir]), "--remount-ro", AT],
    words: (program) => {
      const file = realpathSync(program);
      // Many programs in one, which would learn by its own name which of them is meant.
      return [AT + loader, "--library-path", libraries, AT + file, ...(basename(file) === "busybox" ? [basename(program)] : [])];
    },
  };
}
