import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuid } from "../kernel/ids.ts";
import { openTestHeart, type TestHeart } from "../../test/open-test-heart.ts";
import type { FunctionRef } from "./function.ts";

const code = `
  let calls = 0;
  export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream.setContentType("text/plain");
    for (let n = 0; n < (event.pieces ?? 1); n++) if (!stream.write(Buffer.alloc(event.size ?? 3, "x"))) await new Promise((resolve) => stream.once("drain", resolve));
    stream.end();
    console.log("call " + ++calls);
  });
`;

describe("a streamed invocation", () => {
  let on: TestHeart;
  beforeAll(async () => {
    on = await openTestHeart({ limits: { streamBytesMax: 1_000_000 } });
  });
  afterAll(() => on[Symbol.asyncDispose]());
  const stream = (ref: FunctionRef, event: object) =>
    on.heart.invokeStream(ref, { requestId: uuid(), payload: Buffer.from(JSON.stringify(event)), invokedArn: "arn", logTail: true });
  const read = async (body: AsyncIterable<Uint8Array> | undefined): Promise<number | string> => {
    let size = 0;
    try {
      for await (const chunk of body ?? []) size += chunk.length;
    } catch (error) {
      return `${size} ${(error as Error).name}`;
    }
    return size;
  };

  test("is logged and metered like any other, and may not pass its limit", async () => {
    const ref = await on.deploy("streams", { "index.mjs": code }, { logs: { group: "/aws/lambda/streams", format: "JSON", applicationLevel: "INFO", systemLevel: "DEBUG" } });
    const whole = await stream(ref, { pieces: 4, size: 50_000 });
    expect(whole).toMatchObject({ stream: { contentType: "text/plain" }, executedVersion: "$LATEST" });
    expect(await read(whole.stream?.body)).toBe(200_000);
    const result = await whole.result;
    expect(result).toMatchObject({ functionError: undefined, payload: { byteLength: 0 } });
    expect(Buffer.from(result.logTail ?? []).toString()).toContain('"producedBytes":200000');

    const large = await stream(ref, { pieces: 30, size: 50_000 });
    expect(await read(large.stream?.body)).toMatch(/^\d{6,7} ResponseBroken$/);
    const { functionError, payload, logTail } = await large.result;
    expect(functionError).toBe("Unhandled");
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ errorMessage: "Response payload size exceeded maximum allowed payload size (1000000 bytes).", errorType: "Function.ResponseSizeTooLarge" });
    // The function was not stopped, and its instance serves on.
    expect(Buffer.from(logTail ?? []).toString()).toContain("call 2");
    expect(await read((await stream(ref, {})).stream?.body)).toBe(3);

    await on.heart.drain(AbortSignal.timeout(5000));
    const columns = (await on.engine.log.read("usage/000000000000", 0, 10)).map(({ data }) => data as Readonly<Record<string, readonly unknown[]>>);
    const column = (name: string) => columns.flatMap((record) => record[name] ?? []);
    expect(column("status")).toEqual(["success", "error", "success"]);
    expect(column("streamedBytes")).toEqual([200_000, 1_500_000, 3]);
    expect(column("bytesOut")).toMatchObject([200_000, expect.any(Number), 3]);
    expect(on.told).toEqual([]);
  });
});

test("a streamed invocation breaks off when the server stops, and its reader is told", async () => {
  const on = await openTestHeart({ isolation: "process" });
  const ref = await on.deploy("stuck", { "index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("first"); await new Promise((resolve) => setTimeout(resolve, 60000)); });` }, { timeoutMs: 60_000 });
  const { stream, result } = await on.heart.invokeStream(ref, { requestId: uuid(), payload: Buffer.from("{}"), invokedArn: "arn" });
  const reading = (async () => {
    for await (const chunk of stream?.body ?? []) expect(Buffer.from(chunk).toString()).toBe("first");
  })();
  const refused = expect(reading).rejects.toMatchObject({ name: "ResponseBroken" });
  await on[Symbol.asyncDispose]();
  await refused;
  await result.catch(() => undefined);
});
