// The server's memory as its owner sees it in `top`: a real process, all its threads, before and after an object far larger than it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { moveLargeObject } from "../../bench/large-object.ts";
import { memoryOf } from "../../bench/process-memory.ts";
import { clientSettings } from "../../src/main/cli/client.ts";
import { startChild } from "../../src/main/cli/demo-server.ts";

/** FUGAZ_LARGE_MIB=1024 repeats the claim to the letter. */
const mib = Number(process.env["FUGAZ_LARGE_MIB"] ?? 256);

test.skipIf(process.platform !== "linux")(`an idle server holds less than 110 MB, and less than 150 MB after putting and getting ${mib} MiB`, async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-memory-"));
  try {
    const server = await startChild(["--data-dir", join(dir, "data")]);
    try {
      const idle = await memoryOf(server.pid);
      const { gotBytes, peakMb } = await moveLargeObject(clientSettings({ endpoint: server.endpoint }), server.pid, mib);
      expect(gotBytes).toBe(mib * 2 ** 20);
      expect(idle.nowMb).toBeLessThan(110);
      expect(peakMb).toBeLessThan(150);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
