// The engines every contract suite runs on: an engine is accepted when all suites are green on it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import { fakeClock, type FakeClock } from "../../src/kernel/fake-clock.ts";
import type { Engine } from "../../src/ports/engine.ts";

export interface Started {
  readonly engine: Engine;
  readonly clock: FakeClock;
  /** What the engine warned of so far. */
  readonly warnings: readonly unknown[];
  /** Closes the engine and opens it again on the same data. */
  reopen(): Promise<Engine>;
}

export interface EngineUnderTest {
  readonly name: string;
  /** A fresh engine on a clock that stands still; closed and removed when the test ends. */
  start(): Promise<Started>;
}

const embedded: EngineUnderTest = {
  name: "embedded",
  start: async () => {
    const dir = await mkdtemp(join(tmpdir(), "fugaz-engine-"));
    const clock = fakeClock();
    const warnings: unknown[] = [];
    const open = (): Promise<Engine> => openEmbedded({ dir, clock, warn: (warning) => warnings.push(warning) });
    let engine = await open();
    onTestFinished(async () => {
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    });
    return {
      engine, clock, warnings,
      reopen: async () => {
        await engine.close();
        engine = await open();
        return engine;
      },
    };
  },
};

export const engines: readonly EngineUnderTest[] = [embedded];

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (content: Uint8Array): string => Buffer.from(content).toString();
