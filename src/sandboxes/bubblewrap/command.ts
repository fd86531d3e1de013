// The bwrap command line: what a program inside may see, and as whom it runs.
import { lstatSync, readlinkSync } from "node:fs";
import type { Mount, SandboxSpec } from "../../ports/sandbox.ts";
import type { HostTools } from "./host-tools.ts";
import { OPTIONS_FD } from "../shell-entry.ts";

/** Absolute paths of the programs that make a sandbox. */
export interface Tools {
  readonly bwrap: string;
  /** Takes root's rights away; present when the server is root, and otherwise user namespaces do the work. */
  readonly setpriv: string | undefined;
  /** They hold a /tmp beyond its program; absent where the host forbids it. */
  readonly keepers: Keepers | undefined;
  /** The compiled seccomp filter; absent where the kernel has none. */
  readonly filterFile: string | undefined;
  /** Runs the host's programs inside a root file system that is not the host's. */
  readonly inside?: HostTools;
}

export interface Keepers {
  readonly unshare: string;
  readonly nsenter: string;
  readonly mount: string;
  /** Quicker at the last moment, where there is one. */
  readonly perl: string | undefined;
}

/** Descriptor of the compiled seccomp filter; until it is opened there, the first of the namespaces that a launcher is passed. */
export const FILTER_FD = OPTIONS_FD + 1;

/**
 * What is known before the sandbox is: bwrap reads the rest from `OPTIONS_FD`. The command ends in a shell that reads its script. Process 1 inside is bwrap's own and
 * keeps bwrap's user: the kernel lets a dying server's signal through to no other.
 */
export function fixedCommand({ bwrap, setpriv, filterFile, inside }: Tools, uid: number): readonly string[] {
  const words = (program: string): readonly string[] => inside?.words(program) ?? [program];
  return [
    bwrap,
    "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "localhost",
    ...(setpriv
      ? ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
      : ["--unshare-user", "--uid", String(uid), "--gid", String(uid), "--cap-drop", "ALL"]),
    ...(filterFile === undefined ? [] : ["--seccomp", String(FILTER_FD)]),
    "--args", String(OPTIONS_FD),
    "--",
    ...(setpriv ? [...words(setpriv), "--reuid", String(uid), "--regid", String(uid), "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"] : []),
    ...words("/bin/sh"), "-s",
  ];
}

/** The rest of the options. `root`: those that make the file system. `tmpDir` undefined: /tmp is a tmpfs of its own that ends with the program. */
export function specOptions(spec: SandboxSpec, root: readonly string[], tmpDir: string | undefined, vacancies: readonly Mount[] = []): readonly string[] {
  return [
    ...root,
    ...(tmpDir === undefined ? ["--perms", "1777", "--size", String(spec.tmpMb * 2 ** 20), "--tmpfs", "/tmp"] : ["--bind", tmpDir, "/tmp"]),
    ...parentDirs(spec).flatMap((dir) => ["--dir", dir]),
    ...[...vacancies, ...spec.mounts].flatMap(({ source, target }) => ["--ro-bind", source, target]),
    "--remount-ro", "/dev", "--remount-ro", "/",
    "--chdir", spec.cwd,
  ];
}

/** The system's own files, read-only; `dirs` as `systemDirs` has them, `etc` makes what is seen of /etc. */
export const systemRoot = (dirs: readonly string[], etc: readonly string[]): readonly string[] => [
  ...dirs, ...etc, "--proc", "/proc", "--dev", "/dev", "--dir", "/opt", "--dir", "/var", "--dir", "/var/task", "--dir", "/mnt",
];

/** Another root's files instead; `etc` mounts over those of its files by which names are found. */
export const foreignRoot = (rootDir: string, inside: HostTools, etc: readonly string[]): readonly string[] => [
  "--ro-bind", rootDir, "/", ...inside.binds, ...etc, "--proc", "/proc", "--dev", "/dev",
];

/** The system's own directories, read-only: looked at once, as they are the same for every sandbox. */
export function systemDirs(): readonly string[] {
  const options = ["--ro-bind", "/usr", "/usr"];
  for (const dir of ["/bin", "/sbin", "/lib", "/lib64", "/lib32"]) {
    const found = lstatSync(dir, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) options.push("--symlink", readlinkSync(dir), dir);
    else if (found) options.push("--ro-bind", dir, dir);
  }
  return options;
}

/** bwrap makes missing parents of a mount for root alone; made by name, everybody may pass. */
function parentDirs(spec: SandboxSpec): readonly string[] {
  const dirs = new Set<string>();
  for (const { target } of spec.mounts) for (let end = target.indexOf("/", 1); end > 0; end = target.indexOf("/", end + 1)) dirs.add(target.slice(0, end));
  return [...dirs].filter((dir) => !spec.mounts.some(({ target }) => dir === target || dir.startsWith(`${target}/`)));
}
