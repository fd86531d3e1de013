import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, noContainers, open, until, type Opened } from "../../test/start-sandbox.ts";

const MIB = 2 ** 20;
const kinds = [...(noContainers === undefined ? (["bubblewrap"] as const) : []), "process"] as const;

describe.each(kinds)("the limits of a sandbox (%s)", (kind) => {
  let opened: Opened;
  let byGroups = false;
  beforeAll(async () => {
    opened = await open(kind);
    byGroups = opened.sandboxes.report.enforced.memory.startsWith("cgroup");
    if (!byGroups) console.warn(`Limits of CPU and processes are not tested: ${opened.sandboxes.report.warnings.join(" ")}`);
  });
  afterAll(() => opened.close());

  const hog = ["/usr/bin/awk", 'BEGIN { s = "x"; while (1) s = s s }'];

  test("end a program that takes more memory than it may, and say so", async () => {
    await using sandbox = await opened.start(hog, { memoryMb: 64 });
    expect(await sandbox.exited).toEqual({ code: undefined, signal: "SIGKILL", outOfMemory: true });
  });

  test("count the memory of all processes together", async () => {
    const child = `awk 'BEGIN { s = "x"; while (length(s) < 3e7) s = s s; print "full"; fflush(); while (1) system("sleep 1") }'`;
    await using sandbox = await opened.start(["/bin/sh", "-c", `${child} & ${child} & ${child} & wait`], { memoryMb: 64 });
    expect(await sandbox.exited).toMatchObject({ signal: "SIGKILL", outOfMemory: true });
  });

  test("leave alone a program that stays just below", async () => {
    const { exit, peakBytes } = await opened.sh(`awk 'BEGIN { s = "x"; while (length(s) < 2e7) s = s s; system("sleep 0.2") }'`, { memoryMb: 128 });
    expect(exit).toEqual({ code: 0, signal: undefined, outOfMemory: false });
    expect(peakBytes).toBeGreaterThan(30 * MIB);
  });

  test("do not call a killed program out of memory, and a restarted one has its memory back", async () => {
    const first = await opened.start(["/bin/sh", "-c", '[ "$HOG" ] && exec awk \'BEGIN { s = "x"; while (1) s = s s }\'; echo fine; exec sleep 60'], { memoryMb: 64, env: { PATH: "/usr/bin:/bin", HOG: "1" } });
    expect((await first.exited).outOfMemory).toBe(true);
    await using second = await first.restart({ PATH: "/usr/bin:/bin" });
    await until(second.stdout, (text) => text === "fine\n");
    await second.kill();
    expect((await second.exited).outOfMemory).toBe(false);
  });

  test("bound the number of processes, and the host stays well", async ({ skip }) => {
    if (!byGroups) skip();
    await using sandbox = await opened.start(["/bin/sh", "-c", "bomb() { bomb | bomb & wait; }; bomb"], { processesMax: 32 });
    await until(sandbox.stderr, (text) => /fork/i.test(text));
    await sandbox.kill();
    expect((await opened.sh("echo well")).stdout).toBe("well\n");
  });

  test("share out the CPU: eight busy loops of a one-CPU sandbox get no more than one", async ({ skip }) => {
    if (!byGroups) skip();
    const loops = "for i in 1 2 3 4 5 6 7 8; do timeout 0.6 sh -c 'while :; do :; done' & done; wait; times";
    const { stdout } = await opened.sh(loops, { cpus: 0.5 });
    const [user = 0, system = 0] = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2).map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
    expect(user + system).toBeGreaterThan(0.02);
    expect(user + system).toBeLessThan(0.9);
  });
});

describe.skipIf(noContainers !== undefined)("the private /tmp of a container", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open("bubblewrap");
  });
  afterAll(() => opened.close());

  test("is full at its size, and what was written stays readable", async () => {
    const { stdout, stderr } = await opened.sh("head -c 4000000 /dev/zero > /tmp/fits && echo fits; head -c 8000000 /dev/zero > /tmp/too-big; wc -c < /tmp/fits", { tmpMb: 8 });
    expect(stdout).toBe("fits\n4000000\n");
    expect(stderr).toMatch(/No space left on device/);
  });

  test("does not eat the program's own memory", async () => {
    const { stdout, exit } = await opened.sh("head -c 150000000 /dev/zero > /tmp/big && wc -c < /tmp/big", { memoryMb: 64, tmpMb: 200 });
    expect(stdout).toBe("150000000\n");
    expect(exit).toEqual({ code: 0, signal: undefined, outOfMemory: false });
  });

  test("is never in the host's mounts, and gone when the sandbox is disposed of", async () => {
    const sizeMb = 37;
    const holders = (): readonly string[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name) && mountsOf(name).includes(`size=${sizeMb * 1024}k`));
    const sandbox = await opened.start(["/bin/sleep", "60"], { tmpMb: sizeMb });
    expect(holders()).not.toEqual([]);
    expect(mountsOf("self")).not.toContain(opened.dir);
    await sandbox[Symbol.asyncDispose]();
    await opened.sh("true");
    // A slot that was made ahead for the next of this size leaves when sizes change.
    await eventually("nothing is mounted", async () => {
      await opened.sh("true", { tmpMb: 8 });
      return holders().length === 0;
    });
  });
});

function mountsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/mounts`, "utf8");
  } catch {
    return "";
  }
}
