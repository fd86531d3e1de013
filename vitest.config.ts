import { defineConfig } from "vitest/config";

/** A crowded machine is no reason to fail. */
const expect = { poll: { timeout: 10_000 } };

// Unit tests sit beside their source; the other projects drive real engines, sandboxes and clients.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["src/**/*.test.ts", "runtimes/**/*.test.ts", "test/*.test.ts"], testTimeout: 60_000, expect } },
      { test: { name: "contract", include: ["test/contract/**/*.test.ts"], testTimeout: 60_000, expect } },
      { test: { name: "clients", include: ["test/clients/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000, expect } },
    ],
  },
});
