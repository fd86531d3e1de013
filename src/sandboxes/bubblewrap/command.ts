// The bwrap command line: what a program inside may see, and as whom it runs.
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import type { SandboxSpec } from "../../ports/sandbox.ts";
import { insideEntry } from "../shell-entry.ts";

/** The unprivileged user functions run as when the server is root; high enough to be nobody else's. */
export const SANDBOX_UID = 31_051;

const ETC = ["ssl", "ca-certificates", "pki", "hosts", "nsswitch.conf", "localtime", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "mime.types", "services", "protocols", "gai.conf"];

export interface System {
  readonly bwrap: string;
  /** Absolute path of setpriv when the server is root, undefined when user namespaces do the work. */
  readonly setpriv: string | undefined;
  /** Directory with the synthesized passwd and group. */
  readonly etcDir: string;
  /** The host part of the command line, computed once. */
  readonly binds: readonly string[];
}

/** Read-only system directories and the harmless part of /etc. */
export function systemBinds(etcDir: string): readonly string[] {
  const binds = ["--ro-bind", "/usr", "/usr", "--dir", "/etc"];
  for (const dir of ["/bin", "/sbin", "/lib", "/lib64", "/lib32"]) {
    if (!existsSync(dir)) continue;
    if (lstatSync(dir).isSymbolicLink()) binds.push("--symlink", readlinkSync(dir), dir);
    else binds.push("--ro-bind", dir, dir);
  }
  for (const name of ETC) if (existsSync(`/etc/${name}`)) binds.push("--ro-bind", realpathSync(`/etc/${name}`), `/etc/${name}`);
  if (existsSync("/etc/resolv.conf")) binds.push("--ro-bind", realpathSync("/etc/resolv.conf"), "/etc/resolv.conf");
  return [...binds, "--ro-bind", `${etcDir}/passwd`, "/etc/passwd", "--ro-bind", `${etcDir}/group`, "/etc/group"];
}

/** The whole command. `tmpDir` undefined: /tmp is a tmpfs of its own that ends with the program. */
export function bwrapCommand(system: System, spec: SandboxSpec, tmpDir: string | undefined): readonly string[] {
  const { setpriv } = system;
  return [
    system.bwrap,
    "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "fugaz",
    ...(setpriv
      ? ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
      : ["--unshare-user", "--uid", String(SANDBOX_UID), "--gid", String(SANDBOX_UID), "--cap-drop", "ALL"]),
    ...system.binds,
    "--proc", "/proc", "--dev", "/dev", "--dir", "/opt", "--dir", "/var/task", "--dir", "/mnt",
    ...(tmpDir === undefined ? ["--perms", "1777", "--size", String(spec.tmpMb * 2 ** 20), "--tmpfs", "/tmp"] : ["--bind", tmpDir, "/tmp"]),
    ...parentDirs(spec).flatMap((dir) => ["--dir", dir]),
    ...spec.mounts.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    "--remount-ro", "/",
    "--chdir", spec.cwd,
    "--",
    ...(setpriv ? [setpriv, "--reuid", String(SANDBOX_UID), "--regid", String(SANDBOX_UID), "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"] : []),
    ...insideEntry(spec.argv),
  ];
}

/** bwrap makes missing parents of a mount for root alone; made by name, everybody may pass. */
function parentDirs(spec: SandboxSpec): readonly string[] {
  const dirs = new Set<string>();
  for (const { target } of spec.mounts) for (let end = target.indexOf("/", 1); end > 0; end = target.indexOf("/", end + 1)) dirs.add(target.slice(0, end));
  return [...dirs].filter((dir) => !spec.mounts.some(({ target }) => dir === target || dir.startsWith(`${target}/`)));
}
