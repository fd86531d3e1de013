// A warm call by the API and by URL beside a bare relay, in turns, so that a busy machine slows all three: their ratios say more than their times.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { invocations, openCalls } from "./calls.ts";
import { at, load, type Row } from "./load.ts";

const FunctionName = "bench-hot";
const ROUNDS = 12;
const ROUND_MS = 400;

export async function benchHotPath(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const url = await serve(new LambdaClient(settings));
  const relay = spawn(process.execPath, [fileURLToPath(new URL("relay.ts", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(relay.stdout, "data")) as [Buffer];
    const targets = [
      { what: "bare relay over a socket", base: line.toString().trim(), path: "/" },
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
  } finally {
    relay.kill();
  }
}

async function serve(lambda: LambdaClient): Promise<string> {
  const ZipFile = zipSync({ "index.mjs": strToU8("export const handler = async () => 'hello';") });
  await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256 }));
  const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }));
  await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
  return FunctionUrl;
}
