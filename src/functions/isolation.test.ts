// What functions are promised of one another, tried from inside and from outside: nothing is seen, nothing is altered, nobody's trouble is a neighbour's.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTestHeart, type TestHeart } from "../../test/open-test-heart.ts";
import { eventually, noContainers } from "../../test/start-sandbox.ts";
import { ancestorsOf } from "../sandboxes/process-tree.ts";
import type { FunctionRef } from "./function.ts";

/** Leaves its secret wherever it can: in files, in memory, in a process that stays. */
const SCATTERS = `
  const fs = require("fs"), { spawn } = require("child_process");
  const kept = [];
  exports.handler = async ({ secret }) => {
    for (const dir of ["/tmp", "/dev/shm", "/var/tmp", "/var/task", "/opt", "/mnt", "/run"]) try { fs.writeFileSync(dir + "/left", secret); } catch {}
    for (let n = 0; n < 1000; n++) kept.push(secret + n);
    spawn("/bin/sleep", ["300", ], { argv0: secret, detached: true, stdio: "ignore", env: { SECRET: secret } }).unref();
    return [process.env.SECRET, process.env.AWS_SECRET_ACCESS_KEY];
  };`;
/** Looks for two halves that follow each other, in everything it can read, without ever putting them together itself. */
const SEARCHES = `
  const fs = require("fs"), path = require("path");
  exports.handler = async ({ first, reversedLast }) => {
    // In memory the second lies behind the first: this way round they never make the whole.
    const tail = Buffer.from(reversedLast).reverse(), head = Buffer.from(first);
    const holds = (bytes) => {
      for (let at = bytes.indexOf(head); at >= 0; at = bytes.indexOf(head, at + 1)) if (bytes.subarray(at + head.length, at + head.length + tail.length).equals(tail)) return true;
      return false;
    };
    const found = [];
    const look = (name, read) => { try { if (holds(read())) found.push(name); } catch {} };
    const walk = (dir) => { try { for (const entry of fs.readdirSync(dir, { withFileTypes: true })) { const at = path.join(dir, entry.name); look(at, () => Buffer.from(entry.name)); if (entry.isDirectory()) walk(at); else if (entry.isFile()) look(at, () => fs.readFileSync(at)); } } catch {} };
    for (const dir of ["/tmp", "/dev/shm", "/var/task", "/var/tmp", "/opt", "/mnt", "/run", "/etc"]) walk(dir);
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name))) for (const file of ["environ", "cmdline"]) look(pid + " " + file, () => fs.readFileSync("/proc/" + pid + "/" + file));
    const mem = fs.openSync("/proc/self/mem");
    const piece = Buffer.alloc(1 << 20);
    let memory = 0;
    for (const [, from, to] of fs.readFileSync("/proc/self/maps", "utf8").matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      // In pieces that overlap: what is reserved is more than there is.
      for (let at = BigInt("0x" + from); at < BigInt("0x" + to); at += BigInt(piece.length - 64)) look("memory", () => { const size = fs.readSync(mem, piece, 0, Math.min(piece.length, Number(BigInt("0x" + to) - at)), at); memory += size; return piece.subarray(0, size); });
    }
    return { found: [...new Set(found)], memory: memory > 8 << 20, keys: [process.env.SECRET, process.env.AWS_SECRET_ACCESS_KEY], ran: globalThis.ran = (globalThis.ran ?? 0) + 1 };
  };`;

const half = (): string => randomBytes(12).toString("hex");

describe.skipIf(noContainers !== undefined).each([["from sandboxes that booted ahead", "pool", {}], ["from fresh ones", "fresh", { cellsMax: 0 }]] as const)("functions that start %s", (_how, kind, limits) => {
  const opened = (): Promise<TestHeart> => openTestHeart({ limits, credentialsFor: async ({ name, id }) => ({ accessKeyId: `AKIA${name}`, secretAccessKey: `of ${name} ${id}`, sessionToken: "token" }) });
  /** Starts an instance as it is meant to start here; each time another version. */
  let versions = 0;
  const started = async (on: TestHeart, name: string, files: Readonly<Record<string, string>>, event: object, env: Readonly<Record<string, string>> = {}): Promise<{ readonly ref: FunctionRef; readonly answer: unknown }> => {
    for (;;) {
      const ref = await on.deploy(name, files, { env: { ...env, VERSION: String(versions++) }, timeoutMs: 20_000 });
      if (kind === "pool") await expect.poll(async () => (await on.heart.figures()).cells.reduce((sum, { waiting }) => sum + waiting, 0), { timeout: 20_000 }).toBeGreaterThan(0);
      const { payload, functionError, steps } = await on.invoke(ref, event);
      expect([functionError, functionError && Buffer.from(payload).toString()]).toEqual([undefined, undefined]);
      if (steps?.kind === kind) return { ref, answer: JSON.parse(Buffer.from(payload).toString()) as unknown };
    }
  };

  test("see nothing of the version before, nor of another function that runs", async () => {
    await using on = await opened();
    // The first start makes the platform boot ahead.
    if (kind === "pool") await on.call(await on.deploy("first", { "index.js": "exports.handler = async () => 1;" }));
    const [first, last] = [half(), half()];
    const scattered = await started(on, "mine", { "index.js": `${SCATTERS}// ${first}${last}` }, { secret: first + last }, { SECRET: first + last });
    expect(scattered.answer).toEqual([first + last, expect.stringMatching(/^of mine /)]);
    const [, keys] = scattered.answer as readonly [string, string];
    const event = { first, reversedLast: [...last].toReversed().join("") };
    const other = await started(on, "other", { "index.js": SEARCHES }, event, { SECRET: "other" });
    expect(other.answer).toEqual({ found: [], memory: true, keys: ["other", expect.stringMatching(/^of other /)], ran: 1 });
    const next = await started(on, "mine", { "index.js": SEARCHES }, event);
    expect(next.answer).toEqual({ found: [], memory: true, keys: [null, expect.stringMatching(/^of mine /)], ran: 1 });
    expect((next.answer as { readonly keys: readonly unknown[] }).keys[1]).not.toBe(keys);
    // The search does find what is there.
    expect(await on.call(next.ref, { first: "exports.hand", reversedLast: "cnysa = rel" })).toMatchObject({ found: expect.arrayContaining(["/var/task/index.js", "memory"]), ran: 2 });
  });

  test("that share a package can not alter it", async () => {
    await using on = await opened();
    if (kind === "pool") await on.call(await on.deploy("first", { "index.js": "exports.handler = async () => 1;" }));
    const files = {
      "lib/value.js": "module.exports = 'as deployed';",
      "index.js": `
        const fs = require("fs"), { execSync } = require("child_process");
        const acts = [
          () => fs.writeFileSync("lib/value.js", "module.exports = 'altered'"), () => fs.appendFileSync("lib/value.js", "//"), () => fs.truncateSync("lib/value.js"), () => fs.unlinkSync("lib/value.js"),
          () => fs.renameSync("lib", "gone"), () => fs.symlinkSync("/tmp", "link"), () => fs.linkSync("index.js", "/tmp/hard"), () => fs.chmodSync("lib/value.js", 0o777), () => fs.utimesSync("lib/value.js", 1, 1), () => fs.mkdirSync("new"),
          () => fs.writeSync(fs.openSync("/proc/self/cwd/lib/value.js", "r+"), "x"), () => execSync("mount -o remount,rw /var/task", { stdio: "ignore" }), () => execSync("mount -t tmpfs none /var/task", { stdio: "ignore" }), () => execSync("umount /var/task", { stdio: "ignore" }),
        ];
        exports.handler = async ({ vandal }) => [vandal ? acts.flatMap((act, index) => { try { act(); return [index]; } catch { return []; } }) : [], require("./lib/value.js"), fs.readFileSync("lib/value.js", "utf8"), fs.readdirSync(".").sort()];`,
    };
    const untouched = [[], "as deployed", files["lib/value.js"], ["index.js", "lib"]];
    const [vandal, neighbour] = [await started(on, "vandal", files, { vandal: true }), await started(on, "neighbour", files, {})];
    expect(vandal.answer).toEqual(untouched);
    expect(neighbour.answer).toEqual(untouched);
    const code = readdirSync(join(on.dir, "code")).map((id) => join(on.dir, "code", id, "task/lib/value.js")).flatMap((file) => {
      try {
        return [readFileSync(file, "utf8")];
      } catch {
        return [];
      }
    });
    expect(code, "one tree for both").toEqual([files["lib/value.js"]]);
  });

  test.for(["busy", "idle"] as const)("and are stopped from outside while %s cost that invocation only", async (when) => {
    await using on = await opened();
    const title = `stopped-${half()}`;
    const stands = await on.deploy("stands", { "index.js": `process.title = ${JSON.stringify(title)}; let n = 0; exports.handler = async ({ waitMs = 0 }) => { await new Promise((resolve) => setTimeout(resolve, waitMs)); return ++n; };` }, { timeoutMs: 2000 });
    const neighbour = await on.deploy("neighbour", { "index.js": "exports.handler = async () => 'well';" });
    expect([await on.call(stands), await on.call(neighbour)]).toEqual([1, "well"]);
    const busy = when === "busy" ? on.invoke(stands, { waitMs: 1000 }) : undefined;
    const [program = 0] = await titled(title);
    const above = ancestorsOf(program);
    const whole = [program, ...above.slice(0, above.indexOf(process.pid))];
    for (const pid of whole) process.kill(pid, "SIGSTOP");
    const stopped = busy ?? on.invoke(stands);
    expect(await on.call(neighbour)).toBe("well");
    const { payload, functionError } = await stopped;
    expect([functionError, Buffer.from(payload).toString()]).toEqual(["Unhandled", expect.stringContaining("Task timed out after 2.00 seconds")]);
    expect(await on.call(stands), "a new program").toBe(1);
    expect(await titled(title)).not.toContain(program);
    expect(on.told).toEqual([]);
  });
});

/** Processes of the host with this title; there is at least one soon. */
async function titled(title: string): Promise<readonly number[]> {
  const find = (): readonly number[] => execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n").filter((line) => line.trim().split(/\s+/)[1] === title).map((line) => Number(line.trim().split(" ")[0]));
  await eventually(`a process ${title}`, () => find().length > 0);
  return find();
}
