// The young generation of a process of its own: what V8's flags do to this one is vitest's affair.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = (tended: boolean): string => `
  const v8 = await import("node:v8");
  v8.setFlagsFromString("--semi-space-growth-factor=1");
  const { tendYoungGeneration } = await import(${JSON.stringify(new URL("young-generation.ts", import.meta.url).href)});
  ${tended ? "tendYoungGeneration();" : ""}
  const size = () => v8.getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
  const alive = Array(8192);
  const turn = async () => {
    for (let n = 0; n < 8192; n++) alive[n] = { n };
    await new Promise((resolve) => setImmediate(resolve));
  };
  ${tended ? `for (let n = 0; n < 4000 && size() < ${8 * 1024 * 1024}; n++) await turn();` : ""}
  for (let n = 0; n < 300; n++) await turn();
  console.log(size() / 2 ** 20);
`;

const sizeMb = async (tended: boolean): Promise<number> => Number((await promisify(execFile)(process.execPath, ["--input-type=module", "--no-warnings", "-e", program(tended)])).stdout);

test("under load it grows to eight megabytes and no further; by itself it stays as it is", async () => {
  const [tended, alone] = await Promise.all([sizeMb(true), sizeMb(false)]);
  expect(tended).toBeGreaterThanOrEqual(8);
  expect(tended).toBeLessThanOrEqual(16);
  expect(alone).toBeLessThanOrEqual(4);
});
