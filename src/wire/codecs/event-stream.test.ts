import { KinesisClient, SubscribeToShardCommand } from "@aws-sdk/client-kinesis";
import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client, SelectObjectContentCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { fault } from "../../kernel/fault.ts";
import { eventMessage } from "./event-message.ts";
import { restJson1 } from "./rest-json.ts";
import { context, exchange, model, settings } from "./sdk-for-test.ts";

async function* given(...events: readonly unknown[]): AsyncGenerator<unknown> {
  for (const event of events) {
    if (event instanceof Error) throw event;
    yield event;
  }
}

async function read(events: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  try {
    for await (const event of events) all.push(event);
  } catch (error) {
    all.push({ thrown: (error as Error).name, message: (error as Error).message });
  }
  return all;
}

const invoked = async (...events: readonly unknown[]) => {
  const { output, error } = await exchange("lambda", "restJson1", (requestHandler) => new LambdaClient({ ...settings, requestHandler }), new InvokeWithResponseStreamCommand({ FunctionName: "f" }), { StatusCode: 200, ExecutedVersion: "7", EventStream: given(...events) });
  expect(error).toBeUndefined();
  return output as { ExecutedVersion: string; ResponseStreamContentType: string; EventStream: AsyncIterable<unknown> };
};

describe("an event stream", () => {
  test("is framed as the encoding's own example", () => {
    const message = eventMessage([["content-type", "application/json"]], Buffer.from("{'foo':'bar'}"));
    // Published test vector: one string header and a payload of 13 bytes.
    expect(message.toString("hex")).toBe("0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a27626172277d8d9c08b1");
  });

  test("reaches the SDK's client: raw bytes, documents, and headers beside them", async () => {
    const output = await invoked({ PayloadChunk: { Payload: Buffer.from([0, 255, 7]) } }, { InvokeComplete: { LogResult: "bG9n" } });
    expect(output).toMatchObject({ ExecutedVersion: "7", ResponseStreamContentType: "application/vnd.amazon.eventstream" });
    expect(await read(output.EventStream)).toEqual([{ PayloadChunk: { Payload: new Uint8Array([0, 255, 7]) } }, { InvokeComplete: { LogResult: "bG9n" } }]);
  });

  test("ends with the fault that its source throws", async () => {
    const output = await invoked({ PayloadChunk: { Payload: Buffer.from("x") } }, fault("OddException", { message: "no more" }));
    expect(await read(output.EventStream)).toEqual([{ PayloadChunk: { Payload: new Uint8Array([120]) } }, { thrown: expect.any(String), message: expect.stringContaining("no more") }]);
  });

  test("begins with the initial response in the RPC protocols, and knows its modelled exceptions", async () => {
    const command = new SubscribeToShardCommand({ ConsumerARN: "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1", ShardId: "shardId-000000000000", StartingPosition: { Type: "LATEST" } });
    const event = { Records: [{ SequenceNumber: "1", Data: new Uint8Array([1]), PartitionKey: "p", ApproximateArrivalTimestamp: new Date(1000) }], ContinuationSequenceNumber: "2", MillisBehindLatest: 0 };
    const stream = given({ SubscribeToShardEvent: event }, fault("ResourceInUseException", { message: "taken" }));
    const { output, error } = await exchange("kinesis", "awsJson1_1", (requestHandler) => new KinesisClient({ ...settings, requestHandler }), command, { EventStream: stream });
    expect(error).toBeUndefined();
    expect(await read((output as { EventStream: AsyncIterable<unknown> }).EventStream)).toEqual([{ SubscribeToShardEvent: event }, { thrown: "ResourceInUseException", message: "taken" }]);
  });

  test("carries XML documents where the service speaks XML", async () => {
    const command = new SelectObjectContentCommand({ Bucket: "b", Key: "k", Expression: "select 1", ExpressionType: "SQL", InputSerialization: {}, OutputSerialization: {} });
    const stream = given({ Records: { Payload: Buffer.from("1\n") } }, { Stats: { Details: { BytesScanned: 3, BytesReturned: 2 } } }, { End: {} });
    const { output, error } = await exchange("s3", "restXml", (requestHandler) => new S3Client({ ...settings, requestHandler }), command, { Payload: stream });
    expect(error).toBeUndefined();
    expect(await read((output as { Payload: AsyncIterable<unknown> }).Payload)).toEqual([{ Records: { Payload: new Uint8Array([49, 10]) } }, { Stats: { Details: { BytesScanned: 3, BytesReturned: 2 } } }, { End: {} }]);
  });

  test("is left out where the operation has nothing to stream", () => {
    expect(restJson1.encode(model("lambda"), "InvokeWithResponseStream", { StatusCode: 204 }, context)).toEqual({ status: 204, headers: {} });
  });

  test("writes headers of every type that events may have", () => {
    const typed = eventMessage([["a", true], ["b", false], ["c", 1], ["d", 2n], ["e", new Uint8Array([9])], ["f", new Date(5)]], new Uint8Array());
    expect(typed.subarray(12, -4).toString("hex")).toBe(["016100", "016201", "01630400000001", "0164050000000000000002", "016506000109", "0166080000000000000005"].join(""));
  });
});
