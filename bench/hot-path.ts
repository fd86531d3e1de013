// A warm call by the API and by URL beside a bare relay, in turns, so that a busy machine slows all three: their ratios say more than their times.
import { loadavg } from "node:os";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { clientSettings } from "../src/main/cli/client.ts";
import { invocations, openCalls } from "./calls.ts";
import { serveByUrl } from "./hello-url.ts";
import { at, load, type Row } from "./load.ts";
import { startRelay } from "./start-relay.ts";

const FunctionName = "bench-hot";
const ROUNDS = 12;
const ROUND_MS = 400;

export async function benchHotPath(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const url = await serveByUrl(new LambdaClient(settings), FunctionName);
  using relay = await startRelay();
  const targets = [
    { what: "bare relay over a socket", base: relay.url, path: "/" },
    { what: "Invoke", base: settings.endpoint, path: invocations(FunctionName) },
    { what: "function URL", base: settings.endpoint, path: new URL(url).pathname },
  ].map(({ what, base, path }) => ({ what, path, calls: openCalls(base, 1), p50s: [] as number[] }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const { calls, path, p50s } of targets) {
      const { p50Ms } = await load(1, ROUND_MS, () => calls.send("POST", path, "{}"));
      // The first round warms up.
      if (round >= 0) p50s.push(p50Ms);
    }
  }
  const [bare = Number.NaN, ...others] = targets.map(({ p50s }) => at(p50s.toSorted((a, b) => a - b), 0.5));
  for (const { calls } of targets) calls[Symbol.dispose]();
  return [
    { what: "bare relay over a socket, 1 client, p50", value: bare, unit: "ms" },
    ...others.flatMap((ms, index): Row[] => [
      { what: `${targets[index + 1]?.what} warm, no SDK, 1 client, p50`, value: ms, unit: "ms" },
      { what: `${targets[index + 1]?.what} warm / bare relay`, value: ms / bare, unit: "x" },
    ]),
    { what: "the machine's load meanwhile", value: loadavg()[0] ?? Number.NaN, unit: "" },
  ];
}
