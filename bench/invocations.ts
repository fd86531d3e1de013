// Warm invocations as a client of the Lambda API sees them.
import { CreateFunctionCommand, InvokeCommand, LambdaClient, type Runtime } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { load, type Row } from "./load.ts";

const LANGUAGES = [
  { name: "Node", runtime: "nodejs24.x", handler: "index.handler", files: { "index.mjs": "export const handler = async () => 'hello';" } },
  { name: "Python", runtime: "python3.11", handler: "index.handler", files: { "index.py": "def handler(event, context):\n    return 'hello'\n" } },
] as const;
const RUN_MS = 3000;

export async function benchInvocations(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const lambda = new LambdaClient(settings);
  const rows: Row[] = [];
  for (const { name, runtime, handler, files } of LANGUAGES) {
    const FunctionName = `bench-${name.toLowerCase()}`;
    const ZipFile = zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)])));
    const made = await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: runtime as Runtime, Handler: handler, Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256 })).catch(() => undefined);
    if (!made) continue;
    const call = () => lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from("{}") }));
    for (const clients of name === "Node" ? [1, 32] : [1]) {
      await load(clients, RUN_MS / 5, call);
      const { perSecond, p50Ms, p99Ms } = await load(clients, RUN_MS, call);
      const who = `Invoke warm, ${name}, ${clients} client${clients === 1 ? "" : "s"}`;
      rows.push({ what: `${who}, p50`, value: p50Ms, unit: "ms" }, { what: `${who}, p99`, value: p99Ms, unit: "ms" }, { what: who, value: perSecond, unit: "/s" });
    }
  }
  return rows;
}
