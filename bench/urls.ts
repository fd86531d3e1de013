// Functions called over HTTP: warm calls by URL, and how soon the first byte of a streamed response is there.
import { Agent, request, type IncomingMessage } from "node:http";
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, InvokeWithResponseStreamCommand, LambdaClient, type InvokeMode } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { at, load, type Row } from "./load.ts";

const HELLO = "export const handler = async () => 'hello';";
/** Works on for a while after its first byte, so that waiting for the end would show; streams 6 MB when asked. */
const STREAM = `
  const piece = Buffer.alloc(64 * 1024);
  export const handler = awslambda.streamifyResponse(async (event, stream) => {
    if (event.rawPath === "/large") for (let n = 0; n < 96; n++) if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
    if (event.rawPath !== "/large") { stream.write("first"); await new Promise((resolve) => setTimeout(resolve, 20)); }
    stream.end("last");
  });`;
const RUN_MS = 3000;
const STREAMS = 50;

export async function benchUrls(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const lambda = new LambdaClient(settings);
  const rows: Row[] = [];
  const hello = await serve(lambda, "bench-url", HELLO, "BUFFERED");
  for (const clients of [1, 32]) {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const call = async (): Promise<void> => void (await wholeOf(await get(hello, agent)));
    await load(clients, RUN_MS / 5, call);
    const { perSecond, p50Ms, p99Ms } = await load(clients, RUN_MS, call);
    agent.destroy();
    const who = `function URL warm, Node, ${clients} client${clients === 1 ? "" : "s"}`;
    rows.push({ what: `${who}, p50`, value: p50Ms, unit: "ms" }, { what: `${who}, p99`, value: p99Ms, unit: "ms" }, { what: who, value: perSecond, unit: "/s" });
  }
  const streaming = await serve(lambda, "bench-stream", STREAM, "RESPONSE_STREAM");
  const agent = new Agent({ keepAlive: true });
  const byUrl = await firstByteMs(async () => {
    const response = await get(streaming, agent);
    return { first: () => new Promise((resolve) => response.once("data", resolve)), rest: () => wholeOf(response) };
  });
  const byApi = await firstByteMs(async () => {
    const { EventStream } = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "bench-stream", Payload: Buffer.from("{}") }));
    if (!EventStream) throw new Error("no stream");
    const events = EventStream[Symbol.asyncIterator]();
    return {
      first: () => events.next(),
      rest: async () => {
        for (let next = await events.next(); !next.done; ) next = await events.next();
      },
    };
  });
  rows.push({ what: `streaming, time to first byte, function URL, p50 of ${STREAMS}`, value: byUrl, unit: "ms" }, { what: `streaming, time to first byte, InvokeWithResponseStream, p50 of ${STREAMS}`, value: byApi, unit: "ms" });
  const begun = systemClock.monotonicMs();
  const bytes = await wholeOf(await get(`${streaming}large`, agent));
  rows.push({ what: "streaming, one response of 6 MB, function URL", value: bytes / 1024 / 1024 / ((systemClock.monotonicMs() - begun) / 1000), unit: "MB/s" });
  agent.destroy();
  return rows;
}

async function serve(lambda: LambdaClient, FunctionName: string, text: string, InvokeMode: InvokeMode): Promise<string> {
  const ZipFile = zipSync({ "index.mjs": strToU8(text) });
  await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256 }));
  const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", InvokeMode }));
  await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
  return FunctionUrl;
}

const get = (url: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(url, { agent }, resolve).on("error", reject).end();
  });

async function wholeOf(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}

/** The median of how long after the request the first byte of the body came. */
async function firstByteMs(open: () => Promise<{ readonly first: () => Promise<unknown>; readonly rest: () => Promise<unknown> }>): Promise<number> {
  const tookMs: number[] = [];
  for (let n = 0; n < STREAMS + 5; n++) {
    const begun = systemClock.monotonicMs();
    const { first, rest } = await open();
    await first();
    // The first ones boot and warm.
    if (n >= 5) tookMs.push(systemClock.monotonicMs() - begun);
    await rest();
  }
  return at(tookMs.toSorted((a, b) => a - b), 0.5);
}
