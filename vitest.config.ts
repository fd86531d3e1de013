import { defineConfig } from "vitest/config";

/** A crowded machine is no reason to fail. */
const expect = { poll: { timeout: 10_000 } };

/** On a shared machine one test of thousands may meet a bad moment; where nobody watches it has a second try, which the report tells. */
const retry = process.env["CI"] ? 1 : 0;

// Unit tests sit beside their source; the other projects drive real engines, sandboxes and clients.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["src/**/*.test.ts", "runtimes/**/*.test.ts", "test/*.test.ts"], testTimeout: 60_000, expect, retry } },
      { test: { name: "contract", include: ["test/contract/**/*.test.ts"], testTimeout: 60_000, expect, retry } },
      { test: { name: "clients", include: ["test/clients/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000, expect, retry } },
    ],
  },
});
