// Finding processes through /proc, with real ones.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { killByEnvironment } from "./process-tree.ts";

test.skipIf(process.platform !== "linux")("processes are found by what they were started with, stopped ones too, and others are left alone", async () => {
  const [mine, other] = [randomUUID(), randomUUID()].map((mark) => ({ mark, child: spawn("sleep", ["60"], { env: { PATH: process.env["PATH"], TMPDIR: `/somewhere/${mark}/tmp` } }) }));
  if (!mine || !other) throw new Error("unreachable");
  await Promise.all([once(mine.child, "spawn"), once(other.child, "spawn")]);
  const ended = once(mine.child, "exit");
  mine.child.kill("SIGSTOP");
  killByEnvironment(`/${mine.mark}/`);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(other.child.exitCode ?? other.child.signalCode).toBeNull();
  other.child.kill("SIGKILL");
});
