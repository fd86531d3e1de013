// The bwrap command line: what a program inside may see, and as whom it runs.
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import type { SandboxSpec } from "../../ports/sandbox.ts";
import type { User } from "./users.ts";

/** What programs need of /etc, and nothing that tells about this host's people or secrets. */
const ETC = [
  "ssl/certs", "ssl/openssl.cnf", "ca-certificates", "pki", "resolv.conf", "localtime", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
  "alternatives", "mime.types", "services", "protocols", "gai.conf",
];

export interface System {
  readonly bwrap: string;
  /** Absolute path of setpriv when the server is root, undefined when user namespaces do the work. */
  readonly setpriv: string | undefined;
  /** The host part of the command line, computed once. */
  readonly binds: readonly string[];
}

/** Read-only system directories and the harmless part of /etc; `nsswitch` (whose services do not run inside) and `hosts` are seen instead of the host's. */
export function systemBinds({ nsswitch, hosts }: { readonly nsswitch: string; readonly hosts: string }): readonly string[] {
  const binds = ["--ro-bind", "/usr", "/usr", "--dir", "/etc", "--dir", "/etc/ssl"];
  for (const dir of ["/bin", "/sbin", "/lib", "/lib64", "/lib32"]) {
    if (!existsSync(dir)) continue;
    if (lstatSync(dir).isSymbolicLink()) binds.push("--symlink", readlinkSync(dir), dir);
    else binds.push("--ro-bind", dir, dir);
  }
  for (const name of ETC) if (existsSync(`/etc/${name}`)) binds.push("--ro-bind", realpathSync(`/etc/${name}`), `/etc/${name}`);
  return [...binds, "--ro-bind", nsswitch, "/etc/nsswitch.conf", "--ro-bind", hosts, "/etc/hosts"];
}

/**
 * The whole command; it ends in a shell that reads its script. Process 1 inside is bwrap's own and keeps bwrap's user: the kernel lets a dying server's
 * signal through to no other. `tmpDir` undefined: /tmp is a tmpfs of its own that ends with the program.
 */
export function bwrapCommand(system: System, spec: SandboxSpec, user: User, tmpDir: string | undefined): readonly string[] {
  const { setpriv } = system;
  const uid = String(user.uid);
  return [
    system.bwrap,
    "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "localhost",
    ...(setpriv
      ? ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
      : ["--unshare-user", "--uid", uid, "--gid", uid, "--cap-drop", "ALL"]),
    ...system.binds,
    "--ro-bind", user.passwd, "/etc/passwd", "--ro-bind", user.group, "/etc/group",
    "--proc", "/proc", "--dev", "/dev", "--dir", "/opt", "--dir", "/var", "--dir", "/var/task", "--dir", "/mnt",
    ...(tmpDir === undefined ? ["--perms", "1777", "--size", String(spec.tmpMb * 2 ** 20), "--tmpfs", "/tmp"] : ["--bind", tmpDir, "/tmp"]),
    ...parentDirs(spec).flatMap((dir) => ["--dir", dir]),
    ...spec.mounts.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    "--remount-ro", "/dev", "--remount-ro", "/",
    "--chdir", spec.cwd,
    "--",
    ...(setpriv ? [setpriv, "--reuid", uid, "--regid", uid, "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"] : []),
    "/bin/sh", "-s",
  ];
}

/** bwrap makes missing parents of a mount for root alone; made by name, everybody may pass. */
function parentDirs(spec: SandboxSpec): readonly string[] {
  const dirs = new Set<string>();
  for (const { target } of spec.mounts) for (let end = target.indexOf("/", 1); end > 0; end = target.indexOf("/", end + 1)) dirs.add(target.slice(0, end));
  return [...dirs].filter((dir) => !spec.mounts.some(({ target }) => dir === target || dir.startsWith(`${target}/`)));
}
