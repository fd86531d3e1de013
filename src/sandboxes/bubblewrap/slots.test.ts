import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, noContainers, open, type Opened } from "../../../test/start-sandbox.ts";
import { openEtc } from "./etc.ts";
import { openUsers } from "./users.ts";

describe.skipIf(noContainers !== undefined)("slots made ahead", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open("bubblewrap");
  });
  afterAll(() => opened.close());
  const size = "ls -A /tmp; echo x > /tmp/x; df -k /tmp | tail -1 | awk '{print $2}'";

  test("are enough for many starts at once, each with a /tmp of its own and of the size it asked for", async () => {
    const sizes = [8, 8, 16, 8, 24, 8, 16, 8];
    const all = await Promise.all(sizes.map((tmpMb) => opened.sh(size, { tmpMb })));
    expect(all.map(({ stdout }) => stdout)).toEqual(sizes.map((tmpMb) => `${tmpMb * 1024}\n`));
  });

  test("are replaced when they die while they wait", async () => {
    await opened.sh("true");
    await eventually("some wait", () => waiting().length > 0);
    for (const pid of waiting()) process.kill(pid, "SIGKILL");
    // A start in the moment of the death may get the dead one; the next does not.
    await eventually("starts work", () => opened.sh(size).then(({ stdout }) => stdout === "16384\n", () => false));
    await eventually("others wait", () => waiting().length > 0);
  });
});

describe("the /etc of a sandbox", () => {
  const dir = mkdtempSync(join(tmpdir(), "fugaz-etc-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("follows the host's files, and shows no others", () => {
    const host = join(dir, "host");
    mkdirSync(join(host, "alternatives"), { recursive: true });
    for (const name of ["hosts", "resolv.conf", "shadow", "passwd"]) writeFileSync(join(host, name), `first ${name}`);
    const copy = join(dir, "copy");
    const etc = openEtc(copy, host);
    const seen = etc.options(51_000);
    expect(readdirSync(copy).sort()).toEqual(["hosts", "nsswitch.conf", "resolv.conf", "ssl", "users"]);
    expect(seen.filter((word) => word.startsWith("/etc/")).sort()).toEqual(["/etc/.system", "/etc/.system/hosts", "/etc/.system/nsswitch.conf", "/etc/.system/resolv.conf", "/etc/.system/users/51000/group", "/etc/.system/users/51000/passwd", "/etc/alternatives", "/etc/group", "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd", "/etc/resolv.conf", "/etc/ssl"]);
    writeFileSync(join(host, "resolv.conf"), "other net");
    // Also when it came within the clock's grain.
    utimesSync(join(host, "resolv.conf"), 1, 1);
    expect(etc.options(51_000)).toEqual(seen);
    expect(readFileSync(join(copy, "resolv.conf"), "utf8")).toBe("other net");
    rmSync(join(host, "hosts"));
    expect(etc.options(51_000)).toEqual(seen);
    expect(readFileSync(join(copy, "hosts"), "utf8")).toMatch(/^first hosts\n/);
  });

  test("names each user, who comes back only after those that have been away for longer", async () => {
    const users = openUsers(dir, false);
    const [one, two] = [await users.take(), await users.take()];
    expect(readFileSync(join(dir, String(two), "passwd"), "utf8")).toContain(`:x:${two}:${two}:`);
    users.giveBack(two);
    users.giveBack(one);
    expect([await users.take(), await users.take(), await users.take()]).toEqual([two, one, two + 1]);
  });
});

/** Launchers of this process that wait for the rest of their command line. */
function waiting(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      // Who runs has a child, bwrap's process 1.
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0--args\0") && readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8") === "";
    } catch {
      return false;
    }
  });
}
