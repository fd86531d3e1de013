import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Version } from "../function.ts";
import type { Ran } from "./run-invocation.ts";
import { openMeter } from "./usage.ts";

const version: Version = {
  account: "000000000000", region: "us-east-1", id: "v", name: "thumbs", version: "$LATEST", modifiedMs: 0, code: { blobId: "", sha256: "", sizeBytes: 0, unpackedBytes: 0 },
  settings: {
    dialect: "aws", description: "", runtime: "nodejs24.x", handler: "", role: "", memoryMb: 128, timeoutMs: 1000, tmpMb: 512, env: {}, architecture: "x86_64",
    logs: { group: "g", format: "Text", applicationLevel: undefined, systemLevel: undefined },
    layers: [],
  },
};
const ran = (requestId: string): Ran => ({
  result: { requestId, executedVersion: "$LATEST", payload: Buffer.from("four"), functionError: undefined, logTail: undefined, durationMs: 1.23456, billedMs: 2, initMs: undefined, memoryPeakMb: 31 },
  ending: { payload: Buffer.from("four"), functionError: undefined, status: "success", errorType: undefined }, startedMs: 5, health: "well",
});

test("usage is written in groups, in order, and again after the disk refused", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-usage-"));
  const clock = fakeClock();
  const engine = await openEmbedded({ dir, clock });
  const commits: number[] = [];
  const warned: unknown[] = [];
  let refusals = 1;
  const meter = openMeter({
    store: {
      commit: async (checks, writes) => {
        if (refusals-- > 0) throw new Error("disk full");
        commits.push(writes.length);
        return engine.store.commit(checks, writes);
      },
    },
    log: engine.log, clock, warn: (_sentence, _error, fields) => warned.push(fields),
  });
  try {
    for (let n = 0; n < 3; n++) meter.record(version, ran(`${n}`), 7, "async");
    expect(commits).toEqual([]);
    await clock.advance(1000);
    await expect.poll(() => warned).toEqual([{ waiting: 3, lost: 0 }]);
    meter.record(version, ran("3"), 7, "invoke");
    await meter.flush();
    // One record of what the disk refused, one of what came later.
    expect(commits).toEqual([2]);
    const records = await engine.log.read("usage/000000000000", 0, 10);
    expect(records.map(({ data }) => (data as { requestId: string[] }).requestId)).toEqual([["0", "1", "2"], ["3"]]);
    expect(records[1]?.data).toEqual({
      account: "000000000000", region: "us-east-1", function: "thumbs", version: "$LATEST", memoryMB: 128, tmpMB: 512, arch: "x86_64",
      requestId: ["3"], start: [5], durationMs: [1.235], initMs: [null], billedMs: [2], maxMemoryMB: [31], status: ["success"], bytesIn: [7], bytesOut: [4], streamedBytes: [0], trigger: ["invoke"],
    });
  } finally {
    await engine.close();
    await rm(dir, { recursive: true, force: true });
  }
});
