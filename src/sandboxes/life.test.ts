import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONTROL_FD } from "../ports/sandbox.ts";
import { eventually, noContainers, open, ran, until, type Opened } from "../../test/start-sandbox.ts";

const kinds = [...(noContainers === undefined ? (["bubblewrap"] as const) : []), "process"] as const;

describe.each(kinds)("a program in a sandbox (%s)", (kind) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open(kind);
  });
  afterAll(() => opened.close());

  test.each([
    ["true", 0, undefined],
    ["exit 3", 3, undefined],
    ["exit 129", 129, undefined],
    ["exit 137", 137, undefined],
    ["kill -SEGV $$", undefined, "SIGSEGV"],
    ["kill -KILL $$", undefined, "SIGKILL"],
    ["kill -ABRT $$", undefined, "SIGABRT"],
    ["kill -TERM $$", undefined, "SIGTERM"],
  ])("ends as it says: %s", async (script, code, signal) => {
    expect((await opened.sh(script)).exit).toEqual({ code, signal, outOfMemory: false });
  });

  test("says why on its stderr when it can not be run, and ends with 127", async () => {
    await using sandbox = await opened.start(["/no/such/program"]);
    const { stderr, exit } = await ran(sandbox);
    expect(stderr).toMatch(/\/no\/such\/program.*not found/i);
    expect(exit.code).toBe(127);
  });

  test("runs though the shell before it had something to say", async () => {
    // No kernel gives a process so many files.
    const { stdout, exit } = await opened.sh("echo runs; kill -TERM $$", { openFilesMax: 2 ** 40 });
    expect([stdout, exit]).toEqual(["runs\n", { code: undefined, signal: "SIGTERM", outOfMemory: false }]);
  });

  test("loses no output, though nobody reads before it has ended", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", "echo out; echo err >&2"]);
    await sandbox.exited;
    expect(await ran(sandbox)).toMatchObject({ stdout: "out\n", stderr: "err\n" });
  });

  test("talks over descriptor 3 in both directions, and the end is seen", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", "read line <&3; echo \"got $line\" >&3"], { channel: true });
    const { channel } = sandbox;
    if (!channel) throw new Error("no channel");
    channel.write("hello\n");
    expect(await until(channel, (text) => text.endsWith("\n"))).toBe("got hello\n");
    expect((await sandbox.exited).code).toBe(0);
  });

  test("talks over the control descriptor when it asked for one", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", `read line <&${CONTROL_FD}; echo "got $line" >&${CONTROL_FD}`], { control: true });
    const { control } = sandbox;
    if (!control) throw new Error("no control");
    control.write("hello\n");
    expect(await until(control, (text) => text.endsWith("\n"))).toBe("got hello\n");
  });

  test("is asked to end by SIGTERM, alone and even when frozen, and may take its time", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", "trap 'echo asked; exit 5' TERM; (trap 'echo wrong' TERM; sleep 5) & echo up; while :; do sleep 0.01; done"]);
    await until(sandbox.stdout, (text) => text.includes("up"));
    await sandbox.freeze();
    await sandbox.terminate();
    expect(await ran(sandbox)).toMatchObject({ stdout: "asked\n", exit: { code: 5 } });
  });

  test("finds descriptor 3 closed when none was asked for, and nothing open that is not its own", async () => {
    const { stdout } = await opened.sh("for fd in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && readlink /proc/$$/fd/$fd; done; true");
    expect(stdout.replaceAll("/dev/null\n", "")).toBe("");
  });

  test("is dead with all its children when `exited` resolves, those that left its session too", async () => {
    const mark = `49${Math.trunc(process.hrtime()[1])}`;
    await using sandbox = await opened.start(["/bin/sh", "-c", `sleep ${mark} & setsid sleep ${mark} & (setsid sleep ${mark} &) ; sleep 0.05; echo up; exit 0`]);
    await sandbox.exited;
    expect(running(`sleep\0${mark}`)).toBe(0);
  });

  test("is killed with all its children", async () => {
    const mark = `48${Math.trunc(process.hrtime()[1])}`;
    await using sandbox = await opened.start(["/bin/sh", "-c", `sleep ${mark} & setsid sleep ${mark} & echo up; wait`]);
    await until(sandbox.stdout, (text) => text.includes("up"));
    await eventually("both run", () => running(`sleep\0${mark}`) === 2);
    await sandbox.kill();
    expect(await sandbox.exited).toEqual({ code: undefined, signal: "SIGKILL", outOfMemory: false });
    expect(running(`sleep\0${mark}`)).toBe(0);
    await sandbox.kill();
  });

  test("stands still while frozen, goes on when thawed, and can be killed frozen", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", "while :; do echo tick; sleep 0.005; done"]);
    let bytes = 0;
    sandbox.stdout.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await eventually("it ticks", () => bytes > 0);
    await sandbox.freeze();
    await sandbox.freeze();
    // What was written before the freeze may still be on its way: the count is at rest when it did not change for a while.
    let last = -1;
    await eventually("it rests", async () => {
      const before = bytes;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return last === (last = bytes) && before === bytes;
    });
    const frozenAt = bytes;
    await sandbox.thaw();
    await sandbox.thaw();
    await eventually("it ticks again", () => bytes > frozenAt);
    await sandbox.freeze();
    await sandbox.kill();
    expect((await sandbox.exited).signal).toBe("SIGKILL");
  });

  test("starts again in the same sandbox with what it left in /tmp, a new environment and a new channel", async () => {
    const script = "[ -e $AT/kept ] && cat $AT/kept; echo $NAME > $AT/kept; read x <&3; echo done";
    const at = opened.sandboxes.pathOf("again", [], "/tmp");
    const first = await opened.start(["/bin/sh", "-c", script], { id: "again", channel: true, env: { PATH: "/bin", NAME: "one", AT: at } });
    first.channel?.write("\n");
    expect((await ran(first)).stdout).toBe("done\n");
    await using second = await first.restart({ PATH: "/bin", NAME: "two", AT: at });
    second.channel?.write("\n");
    // The first is history: disposing of it takes nothing from its successor.
    await first[Symbol.asyncDispose]();
    expect((await ran(second)).stdout).toBe("one\ndone\n");
    await using third = await second.restart({ PATH: "/bin", NAME: "three", AT: at });
    await third.kill();
    expect((await third.exited).signal).toBe("SIGKILL");
  });

  test("gives up a start whose caller has gone", async () => {
    const since = performance.now();
    await expect(opened.sandboxes.start(specOf("given-up"), AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    // Not after the patience with a group whose members do not go.
    expect(performance.now() - since).toBeLessThan(4000);
    await using next = await opened.sandboxes.start(specOf("given-up"));
    await expect(opened.sandboxes.start(specOf("given-up"))).rejects.toThrow(/exists already/);
    expect(next.id).toBe("given-up");
  });

  test("reports its memory's peak", async () => {
    const { peakBytes } = await opened.sh("x=$(head -c 20000000 /dev/zero | tr '\\0' a); sleep 0.3; echo ${#x}");
    expect(peakBytes).toBeGreaterThan(10_000_000);
    expect(peakBytes).toBeLessThan(128 * 2 ** 20);
  });
});

const specOf = (id: string): Parameters<Opened["sandboxes"]["start"]>[0] => ({
  id, argv: ["/bin/sleep", "60"], env: {}, cwd: "/", mounts: [], memoryMb: 128, cpus: 1, processesMax: 64, openFilesMax: 1024, tmpMb: 16, channel: false,
});

/** How many processes of the host have these words on their command line (zombies have none). */
function running(words: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(words);
    } catch {
      return false;
    }
  }).length;
}
