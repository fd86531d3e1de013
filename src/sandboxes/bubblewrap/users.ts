// Which user a sandbox's program is. As root every live sandbox gets a kernel user of its own: two functions share no keyring, no quota and no signal.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Ours: users of sandboxes; Debian gives these ids to nobody, and they exist in containers that have only 65536. */
const FIRST = 51_000;
const COUNT = 8000;

export interface Users {
  /** Resolves to a user id when `<dir>/<uid>/passwd` and `group` are written. */
  take(): Promise<number>;
  giveBack(uid: number): void;
}

/** `oneForAll`: in a user namespace the id is only a name, and the kernel's user is the server's own. */
export function openUsers(dir: string, oneForAll: boolean): Users {
  const known = new Map<number, Promise<number>>();
  /** Those given back, whose files are written, in the order in which they came back. */
  const free: number[] = [];
  let next = 0;
  const describe = (uid: number): Promise<number> => {
    const user = known.get(uid) ?? writeUser(dir, uid);
    known.set(uid, user);
    return user;
  };
  return {
    take: async () => {
      if (oneForAll) return await describe(FIRST);
      if (free.length === 0 && next === COUNT) throw new Error(`all ${COUNT} users for sandboxes are taken`);
      return await describe(free.shift() ?? FIRST + next++);
    },
    giveBack: (uid) => void free.push(uid),
  };
}

async function writeUser(dir: string, uid: number): Promise<number> {
  const own = join(dir, String(uid));
  await mkdir(own);
  await writeFile(join(own, "passwd"), `root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:${uid}:${uid}::/home/sbx_user1051:/sbin/nologin\n`);
  await writeFile(join(own, "group"), `root:x:0:\nsbx_user1051:x:${uid}:\n`);
  // Whatever the server's umask: the user reads them.
  await Promise.all([chmod(own, 0o755), chmod(join(own, "passwd"), 0o644), chmod(join(own, "group"), 0o644)]);
  return uid;
}
