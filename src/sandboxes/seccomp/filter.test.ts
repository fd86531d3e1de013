import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noContainers, open, type Opened, type Ran } from "../../../test/start-sandbox.ts";
import { assemble } from "./bpf.ts";
import { seccompFilter } from "./filter.ts";
import { architectures } from "./syscalls.ts";

const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

describe.each(Object.entries(architectures))("the filter for %s", (arch, { audit, numbers }) => {
  const filter = seccompFilter(arch) ?? new Uint8Array();
  const answer = (number: number, argument = 0, architecture = audit): number => run(filter, { number, architecture, argument });

  test("kills what speaks another architecture's numbers", () => {
    const others = [0x4000_0003, 0x4000_0028, ...Object.values(architectures).map((other) => other.audit)].filter((other) => other !== audit);
    expect(others.map((other) => answer(0, 0, other))).toEqual(others.map(() => KILL));
  });

  test("answers as its table says, and lets all other calls pass", () => {
    const byName = Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, answer(number)]));
    for (const name of ["mount", "bpf", "keyctl", "kexec_load", "setns", "perf_event_open", "userfaultfd", "open_by_handle_at", "open_tree_attr"]) expect([name, byName[name]]).toEqual([name, EPERM]);
    for (const name of ["clone3", "io_uring_setup"]) expect([name, byName[name]]).toEqual([name, ENOSYS]);
    for (const name of ["clone", "unshare", "personality", "socket"]) expect([name, byName[name]]).toEqual([name, ALLOW]);
    const named = new Set(Object.values(numbers));
    const others = Array.from({ length: 600 }, (_, number) => number).filter((number) => !named.has(number));
    expect(others.filter((number) => answer(number) !== ALLOW)).toEqual([]);
  });

  test("tells processes and threads from namespaces, by the flags", () => {
    const { clone = -1, unshare = -1 } = numbers;
    const thread = 0x3d_0f00;
    const fork = 0x120_0011;
    for (const flags of [0, thread, fork, 0x4111]) expect([flags, answer(clone, flags)]).toEqual([flags, ALLOW]);
    for (const bit of [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]) {
      expect([bit, answer(clone, fork | bit), answer(unshare, bit)]).toEqual([bit, EPERM, EPERM]);
    }
    expect([answer(unshare, 0x400), answer(unshare, 0x80)]).toEqual([ALLOW, EPERM]);
  });

  test("lets a program ask for its personality and keep an ordinary one, and open no socket to the hypervisor", () => {
    const { personality = -1, socket = -1 } = numbers;
    expect([0, 0x8, 0xffff_ffff, 0x4_0000, 0x40_0000].map((value) => answer(personality, value))).toEqual([ALLOW, ALLOW, ALLOW, EPERM, EPERM]);
    expect([1, 2, 10, 16, 40].map((family) => answer(socket, family))).toEqual([ALLOW, ALLOW, ALLOW, ALLOW, EPERM]);
  });
});

test("the second numbering of x64 does not exist, and an unknown architecture has no filter", () => {
  expect(run(seccompFilter("x64") ?? new Uint8Array(), { number: 0x4000_0000 | 165, architecture: 0xc000_003e, argument: 0 })).toBe(ENOSYS);
  expect(seccompFilter("mips")).toBeUndefined();
});

test("the assembler refuses jumps backwards, too far and to nowhere", () => {
  const jump = { test: "equal", value: 1, ifTrue: "there" } as const;
  const far = Array.from({ length: 256 }, () => ({ load: 0 }));
  expect(() => assemble([{ label: "there" }, jump])).toThrow(/no jump leads/);
  expect(() => assemble([jump])).toThrow(/no jump leads/);
  expect(() => assemble([jump, ...far, { label: "there" }])).toThrow(/no jump leads/);
  expect(assemble([jump, ...far.slice(1), { label: "there" }])).toHaveLength(256 * 8);
});

describe.skipIf(noContainers !== undefined || seccompFilter(process.arch) === undefined)("inside a container", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open("bubblewrap");
  });
  afterAll(() => opened.close());

  const asked = { mount: [0, 0, 0, 0, 0], keyctl: [0, 0, 0], bpf: [0, 0, 0], unshare: [0x1000_0000], userfaultfd: [0], perf_event_open: [0, 0, 0, 0, 0], personality: [0x4_0000], io_uring_setup: [1, 0], clone3: [0, 0] } as const;

  test.runIf(existsSync("/usr/bin/python3"))("a real program is refused, and all else works: processes, threads, sockets", async () => {
    const numbers = architectures[process.arch]?.numbers ?? {};
    const calls = Object.entries(asked).map(([name, values]) => [name, numbers[name as keyof typeof asked], values]);
    const program = `
import ctypes, errno, json, socket, subprocess, threading
libc = ctypes.CDLL(None, use_errno=True)
said = {}
for name, number, values in ${JSON.stringify(calls)}:
    ctypes.set_errno(0)
    said[name] = errno.errorcode.get(ctypes.get_errno()) if libc.syscall(*[ctypes.c_long(word) for word in [number, *values]]) == -1 else "allowed"
done = []
thread = threading.Thread(target=lambda: done.append("thread")); thread.start(); thread.join()
done.append(subprocess.run(["echo", "process"], capture_output=True, text=True).stdout.strip())
one, other = socket.socketpair(); one.send(b"socket"); done.append(other.recv(9).decode())
print(json.dumps([said, done, open("/proc/self/status").read().split("Seccomp:")[1].split()[0]]))`;
    const { stdout } = await runs(["/usr/bin/python3", "-c", program]);
    const [said, done, mode] = JSON.parse(stdout) as [Record<string, string>, string[], string];
    expect(said).toEqual({ ...Object.fromEntries(Object.keys(asked).map((name) => [name, "EPERM"])), io_uring_setup: "ENOSYS", clone3: "ENOSYS" });
    expect(done).toEqual(["thread", "process", "socket"]);
    expect(mode).toBe("2");
  });

  test("Node.js runs its threads, workers and children", async () => {
    const program = `const { Worker } = require("worker_threads"); require("zlib").gzip("x", () => new Worker("require('worker_threads').parentPort.postMessage(1)", { eval: true }).on("message", () => console.log(require("child_process").execFileSync("/bin/echo", ["fine"]).toString())));`;
    const { stdout, exit } = await runs([process.execPath, "-e", program], [dirname(dirname(process.execPath))]);
    expect({ stdout: stdout.trim(), exit }).toMatchObject({ stdout: "fine", exit: { code: 0 } });
  });

  test.runIf(existsSync("/usr/bin/gcc") && process.arch === "x64")("a compiled binary runs, and one that enters the kernel by the 32-bit door is killed", async () => {
    const code = join(opened.dir, "code");
    await mkdir(code, { recursive: true });
    await writeFile(join(code, "main.c"), `#include <pthread.h>\n#include <stdio.h>\n#include <unistd.h>\nstatic void *say(void *x) { puts("thread"); return x; }
int main(int n, char **v) { pthread_t t; pthread_create(&t, 0, say, 0); pthread_join(t, 0); fflush(stdout);
if (n > 1) { int r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20)); printf("still here %d\\n", r); } return 0; }`);
    execFileSync("/usr/bin/gcc", ["-pthread", "-o", join(code, "main"), join(code, "main.c")]);
    expect(await runs([join(code, "main")], [code])).toMatchObject({ stdout: "thread\n", exit: { code: 0 } });
    expect(await runs([join(code, "main"), "x"], [code])).toMatchObject({ stdout: "thread\n", exit: { code: undefined, signal: "SIGSYS" } });
  });

  const runs = async (argv: readonly string[], dirs: readonly string[] = []): Promise<Ran> => await opened.run(argv, { memoryMb: 512, mounts: dirs.map((dir) => ({ source: dir, target: dir })) });
});

/** Interprets a program as the kernel does. */
function run(program: Uint8Array, call: { readonly number: number; readonly architecture: number; readonly argument: number }): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const words = new Map([[0, call.number], [4, call.architecture], [16, call.argument]]);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const operand = view.getUint32(at + 4, true);
    const code = view.getUint16(at, true);
    if (code === 0x06) return operand;
    if (code === 0x20) accumulator = (words.get(operand) ?? Number.NaN) >>> 0;
    else {
      const holds = code === 0x15 ? accumulator === operand : code === 0x35 ? accumulator >= operand : code === 0x45 ? (accumulator & operand) !== 0 : undefined;
      expect(holds).toBeTypeOf("boolean");
      at += 8 * view.getUint8(at + (holds ? 2 : 3));
    }
  }
  throw new Error("the program ends without an answer");
}
