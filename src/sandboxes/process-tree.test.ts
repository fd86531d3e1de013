// Finding processes through /proc, with real ones.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { killMarked } from "./process-tree.ts";
import { lockMarkOf } from "./server-identity.ts";
import { shellEntry } from "./shell-entry.ts";

const linux = process.platform === "linux";
const NOBODYS = lockMarkOf("nobody's");

test.skipIf(!linux)("processes are found by what they were started with, stopped ones too, and others are left alone", async () => {
  const [mine, other] = [randomUUID(), randomUUID()].map((mark) => ({ mark, child: spawn("sleep", ["60"], { env: { PATH: process.env["PATH"], TMPDIR: `/somewhere/${mark}/tmp` } }) }));
  if (!mine || !other) throw new Error("unreachable");
  await Promise.all([once(mine.child, "spawn"), once(other.child, "spawn")]);
  const ended = once(mine.child, "exit");
  mine.child.kill("SIGSTOP");
  killMarked(`/${mine.mark}/`, NOBODYS);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(other.child.exitCode ?? other.child.signalCode).toBeNull();
  other.child.kill("SIGKILL");
});

test.skipIf(!linux)("what a program left in the background is found in a session of its own, without parents and environment", async () => {
  const server = `1-2-${Date.now()}`;
  // The pipe of its output ends with the last process that holds it.
  const program = spawn("/bin/sh", shellEntry(undefined, 64, ["/bin/sh", "-c", "(env -i setsid /bin/sh -c 'echo up; exec sleep 60' &)"], lockMarkOf(server)), { stdio: ["ignore", "pipe", "inherit"] });
  const [gone, ended] = [once(program, "exit"), once(program.stdout, "end")];
  expect(String(await once(program.stdout, "data"))).toBe("up\n");
  await gone;
  killMarked("/nowhere/", NOBODYS);
  expect(program.stdout.readableEnded).toBe(false);
  killMarked("/nowhere/", lockMarkOf(server));
  await ended;
});
