// Functions that stream over HTTP: how soon the first byte of a streamed response is there.
import { Agent, request, type IncomingMessage } from "node:http";
import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { serveByUrl } from "./hello-url.ts";
import { at, type Row } from "./load.ts";

/** Works on for a while after its first byte, so that waiting for the end would show; streams 6 MB when asked. */
const STREAM = `
  const piece = Buffer.alloc(64 * 1024);
  export const handler = awslambda.streamifyResponse(async (event, stream) => {
    if (event.rawPath === "/large") for (let n = 0; n < 96; n++) if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
    if (event.rawPath !== "/large") { stream.write("first"); await new Promise((resolve) => setTimeout(resolve, 20)); }
    stream.end("last");
  });`;
const STREAMS = 50;

export async function benchUrls(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const lambda = new LambdaClient(settings);
  const rows: Row[] = [];
  const streaming = await serveByUrl(lambda, "bench-stream", STREAM, "RESPONSE_STREAM");
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
