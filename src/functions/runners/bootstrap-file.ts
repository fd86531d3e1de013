// Finds the program of a custom runtime and judges it as execve would, because only the message of the original helps its user.
import { lstat, open, readlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Mount } from "../../ports/sandbox.ts";

const SYMLINKS_MAX = 8;
/** ELF `e_machine` by Node's name for the architecture. */
const MACHINES: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 };
const ELF_HEADER_BYTES = 20;

export type BootstrapFile = { readonly kind: "found"; readonly path: string } | { readonly kind: "unusable"; readonly reason: string } | { readonly kind: "absent" };

/** The first of `candidates` that exists. `path` and `reason` name the file as the program sees it. */
export async function findBootstrap(mounts: readonly Mount[], candidates: readonly string[]): Promise<BootstrapFile> {
  for (const path of candidates) {
    const file = await hostFile(mounts, path);
    if (!file) continue;
    const reason = await flawOf(file, path);
    return reason ? { kind: "unusable", reason } : { kind: "found", path };
  }
  return { kind: "absent" };
}

/** Why a file can not be executed, in the original's words; undefined when it can. */
export async function launchFlaw(mounts: readonly Mount[], path: string): Promise<string | undefined> {
  const file = await hostFile(mounts, path);
  return file ? await flawOf(file, path) : `fork/exec ${path}: no such file or directory`;
}

async function flawOf(file: HostFile, path: string): Promise<string | undefined> {
  const flaw = (file.mode & 0o111) === 0 || !file.regular ? "permission denied" : await formatFlaw(file.host);
  return flaw && `fork/exec ${path}: ${flaw}`;
}

interface HostFile {
  readonly host: string;
  readonly mode: number;
  readonly regular: boolean;
}

/** Follows links as they will be followed inside, where `/var/task` is the code. */
async function hostFile(mounts: readonly Mount[], path: string): Promise<HostFile | undefined> {
  let inside = path;
  for (let links = 0; links <= SYMLINKS_MAX; links++) {
    const host = hostPath(mounts, inside);
    const found = await lstat(host).catch(() => undefined);
    if (!found) return undefined;
    if (!found.isSymbolicLink()) return { host, mode: found.mode, regular: found.isFile() };
    inside = resolve(dirname(inside), await readlink(host));
  }
  return undefined;
}

/** The most specific mount wins; what is not mounted is the system's own. */
function hostPath(mounts: readonly Mount[], inside: string): string {
  const fitting = mounts.filter(({ target }) => inside === target || inside.startsWith(`${target}/`));
  const mount = fitting.sort((a, b) => b.target.length - a.target.length)[0];
  return mount ? mount.source + inside.slice(mount.target.length) : inside;
}

async function formatFlaw(host: string): Promise<string | undefined> {
  await using file = await open(host);
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(ELF_HEADER_BYTES), 0, ELF_HEADER_BYTES, 0);
  if (head.toString("latin1", 0, 2) === "#!") return undefined;
  const elf = bytesRead === ELF_HEADER_BYTES && head.toString("latin1", 0, 4) === "\x7fELF";
  return elf && head.readUInt16LE(18) === MACHINES[process.arch] ? undefined : "exec format error";
}
