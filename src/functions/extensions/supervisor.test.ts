// The supervising shell with real programs: what they say, in which order, and how they end.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import { describe, test } from "vitest";
import { superviseBy, supervisorArgv } from "./supervisor.ts";

const FD = 8;

function supervised() {
  const [program = "", ...args] = supervisorArgv(FD, ["/bin/sh"]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe", "ignore", "ignore", "ignore", "ignore", "ignore", "pipe"], env: { SHARED: "shared" } });
  const heard: string[] = [];
  const ends: Record<string, unknown> = {};
  let out = "";
  child.stdout?.on("data", (chunk) => (out += String(chunk)));
  const socket = (child.stdio as unknown[])[FD] as Duplex;
  const supervisor = superviseBy({
    socket, fd: FD,
    signalName: (number) => Object.entries(constants.signals).find(([, value]) => value === number)?.[0],
    onLine: (id, text) => heard.push(`${id}: ${text}`),
    onExit: (id, exit) => (ends[id] = exit.signal ?? exit.code),
  });
  const sh = (id: string, script: string, env = {}) => ({ id, argv: ["/bin/sh", "-c", script], env });
  return { supervisor, heard, ends, sh, out: () => out, [Symbol.dispose]: () => void (socket.destroy(), child.kill("SIGKILL")) };
}

describe.concurrent("The supervisor", () => {
  test("gives each program its environment, and tells runtime from extension", async ({ expect }) => {
    using s = supervised();
    s.supervisor.startExtension(s.sh("e0", "echo \"$SHARED $OWN\"; echo err >&2"));
    s.supervisor.startRuntime(s.sh("runtime", "echo \"$SHARED $OWN\"; ls /proc/self/fd | tr '\\n' ' '", { OWN: "it's $mine\n2" }));
    await expect.poll(() => s.ends, { timeout: 20_000 }).toEqual({ e0: 0, runtime: 0 });
    expect(s.heard).toEqual(["e0: shared ", "e0: err"]);
    expect(s.out()).toMatch(/^shared it's \$mine\n2\n0 1 2 /);
    expect(s.out()).not.toMatch(/ [5-8] /);
  });

  test("passes on every line of extensions as it is, before their end", async ({ expect }) => {
    using s = supervised();
    s.supervisor.startExtension(s.sh("e0", "printf '  \\\\n %%s \\303\\274\\t\\n\\nlast without end'"));
    s.supervisor.startExtension(s.sh("e1", "i=0; while [ $i -lt 3000 ]; do printf ü; i=$((i+1)); done; echo; i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); done; exit 3"));
    await expect.poll(() => s.ends, { timeout: 20_000 }).toEqual({ e0: 0, e1: 3 });
    const of = (id: string) => s.heard.filter((line) => line.startsWith(id)).map((line) => line.slice(4));
    expect(of("e0")).toEqual(["  \\n %s ü\t", "", "last without end"]);
    expect(of("e1")).toEqual(["ü".repeat(3000), ...Array.from({ length: 100 }, (_, index) => String(index))]);
  });

  test("signals one program and tells signals from codes", async ({ expect }) => {
    using s = supervised();
    s.supervisor.startRuntime(s.sh("runtime", "trap 'exit 9' TERM; while :; do sleep 0.01; done"));
    s.supervisor.startExtension(s.sh("e0", "kill -KILL $$"));
    s.supervisor.startExtension(s.sh("e1", "exit 137"));
    s.supervisor.startExtension(s.sh("e2", "sleep 60"));
    s.supervisor.signal("e2", "KILL");
    await expect.poll(() => s.ends, { timeout: 20_000 }).toEqual({ e0: "SIGKILL", e1: 137, e2: "SIGKILL" });
    s.supervisor.signal("runtime", "TERM");
    await expect.poll(() => s.ends["runtime"], { timeout: 20_000 }).toBe(9);
  });
});
