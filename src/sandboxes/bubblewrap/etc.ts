// What a sandbox sees of /etc: copies in one directory of ours, because every mount costs each start, and the host's files change while we run.
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What programs need of /etc, and nothing that tells about this host's people or secrets. */
const FILES = ["hosts", "resolv.conf", "localtime", "ld.so.cache", "mime.types", "services", "protocols", "gai.conf", "ssl/openssl.cnf"];
/** Directories of links and many files: mounted, not copied. */
const DIRECTORIES = ["ssl/certs", "ca-certificates/extracted", "pki", "alternatives"];
/** Where our directory is seen inside; what stands elsewhere in /etc are links into it. */
const INSIDE = "/etc/.system";

export interface Etc {
  /** Where `users.ts` keeps what it writes. */
  readonly usersDir: string;
  /** bwrap's options for the sandbox of a user. Brings the copies up to date. */
  options(uid: number): readonly string[];
  /** Those for a root that has an /etc of its own: the host's names and name servers are mounted over its files. */
  foreignOptions(): readonly string[];
}

/** Copies of `host` in `dir`, which is made. */
export function openEtc(dir: string, host = "/etc"): Etc {
  const usersDir = join(dir, "users");
  for (const made of [dir, join(dir, "ssl"), usersDir]) {
    mkdirSync(made);
    // Whatever the server's umask: another user reads them.
    chmodSync(made, 0o755);
  }
  // The host's may name services that do not run inside.
  writeFileSync(join(dir, "nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
  chmodSync(join(dir, "nsswitch.conf"), 0o644);
  const seen = new Map<string, string>();
  const update = (): void => {
    for (const name of FILES) {
      const stamp = stampOf(join(host, name));
      if (stamp === undefined || stamp === seen.get(name)) continue;
      try {
        copyFileSync(join(host, name), join(dir, `${name}.new`));
        // The names by which a program inside reaches what listens beside it (the Telemetry API's destinations).
        if (name === "hosts") appendFileSync(join(dir, `${name}.new`), "\n127.0.0.1 sandbox sandbox.localdomain\n");
        renameSync(join(dir, `${name}.new`), join(dir, name));
        seen.set(name, stamp);
      } catch {
        // Unreadable for us, or just being replaced: programs keep what they had.
      }
    }
  };
  update();
  const present = DIRECTORIES.filter((name) => existsSync(join(host, name)));
  const links = ["nsswitch.conf", ...seen.keys()];
  const parents = new Set(["ssl", ...present.map((name) => dirname(name)).filter((parent) => parent !== ".")]);
  const fixed = [
    "--dir", "/etc",
    ...[...parents].flatMap((parent) => ["--dir", `/etc/${parent}`]),
    "--ro-bind", dir, INSIDE,
    ...present.flatMap((name) => ["--ro-bind", realpathSync(join(host, name)), `/etc/${name}`]),
    ...links.flatMap((name) => ["--symlink", `${INSIDE}/${name}`, `/etc/${name}`]),
  ];
  return {
    usersDir,
    foreignOptions: () => {
      update();
      return ["hosts", "resolv.conf"].flatMap((name) => (seen.has(name) ? ["--ro-bind", join(dir, name), `/etc/${name}`] : []));
    },
    options: (uid) => {
      update();
      return [...fixed, ...["passwd", "group"].flatMap((name) => ["--symlink", `${INSIDE}/users/${uid}/${name}`, `/etc/${name}`])];
    },
  };
}

/** Changes when the file does; undefined when there is none. */
function stampOf(file: string): string | undefined {
  const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? undefined : `${mtimeMs} ${size} ${ino}`;
}
