// awsJson in CBOR as Java's Kinesis clients write it: byte for byte, and through the whole door.
import { expect, test } from "vitest";
import { fault } from "../../kernel/fault.ts";
import { serveServices, serviceOf } from "../serve-services-for-test.ts";
import { protocols } from "./index.ts";
import { JsonText } from "./json-text.ts";
import { context, model } from "./sdk-for-test.ts";

const hex = (...parts: string[]) => Buffer.from(parts.join("").replaceAll(/\s/g, ""), "hex");
const text = (value: string): string => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]).toString("hex");
const decode = (operation: string, body: Uint8Array): unknown => protocols.awsCbor1_1.decode(model("kinesis"), operation, { operation, labels: {}, query: [], headers: {}, body });

// 2026-03-04T05:06:07.890Z is 1 772 600 767 890 ms, 0x19cb73d3592.
const moment = new Date(1_772_600_767_890);
const momentHex = "c1 1b 0000019cb73d3592";

test("an input in maps without length, bytes as they are, moments in milliseconds", () => {
  expect(decode("PutRecord", hex("bf", text("StreamName"), text("s"), text("Data"), "43 0102ff", text("PartitionKey"), text("p"), "ff"))).toEqual({ StreamName: "s", Data: new Uint8Array([1, 2, 255]), PartitionKey: "p" });
  expect(decode("GetShardIterator", hex("bf", text("Timestamp"), momentHex, "ff"))).toEqual({ Timestamp: moment });
});

test("an output and an error in CBOR", () => {
  const output = protocols.awsCbor1_1.encode(model("kinesis"), "GetRecords", { Records: [{ SequenceNumber: "1", ApproximateArrivalTimestamp: moment, Data: new Uint8Array([9]), PartitionKey: "p" }], MillisBehindLatest: 0 }, context);
  expect([output.status, output.headers]).toEqual([200, { "content-type": "application/x-amz-cbor-1.1" }]);
  const record = ["a4", text("SequenceNumber"), text("1"), "78 1b", Buffer.from("ApproximateArrivalTimestamp").toString("hex"), momentHex, text("Data"), "41 09", text("PartitionKey"), text("p")];
  expect(Buffer.from(output.body as Uint8Array)).toEqual(hex("a2", text("Records"), "81", ...record, text("MillisBehindLatest"), "00"));
  const error = protocols.awsCbor1_1.encodeError(model("kinesis"), { code: "ResourceInUseException", message: "busy", status: undefined, members: {} }, context);
  expect([error.status, error.headers["content-type"], Buffer.from(error.body as Uint8Array)]).toEqual([400, "application/x-amz-cbor-1.1", hex("a2", text("__type"), text("ResourceInUseException"), text("message"), text("busy"))]);
});

test("what is JSON already is written in CBOR all the same", () => {
  const { body } = protocols.awsCbor1_1.encode(model("dynamodb"), "GetItem", { Item: new JsonText('{"a":{"B":"CQ=="}}') }, context);
  expect(Buffer.from(body as Uint8Array)).toEqual(hex("a1", text("Item"), "a1", text("a"), "a1", text("B"), "41 09"));
});

test("the door answers in the form it was asked in, also when it refuses", async () => {
  const kinesis = serviceOf("kinesis", {
    PutRecord: async ({ Data }: { readonly Data: Uint8Array }) => ({ ShardId: "shardId-000000000000", SequenceNumber: String(Data.byteLength) }),
    DescribeStream: async () => Promise.reject(fault("ResourceNotFoundException", { message: "gone" })),
  });
  const cloud = await serveServices([kinesis]);
  try {
    const send = async (operation: string, body: Uint8Array<ArrayBuffer>) => {
      const reply = await fetch(cloud.endpoint, { method: "POST", body, headers: { "content-type": "application/x-amz-cbor-1.1", "x-amz-target": `Kinesis_20131202.${operation}` } });
      return [reply.status, reply.headers.get("content-type"), Buffer.from(await reply.arrayBuffer()).toString("hex")];
    };
    const put = hex("bf", text("StreamName"), text("s"), text("Data"), "43 010203", text("PartitionKey"), text("p"), "ff");
    expect(await send("PutRecord", put)).toEqual([200, "application/x-amz-cbor-1.1", hex("a2", text("ShardId"), text("shardId-000000000000"), text("SequenceNumber"), text("3")).toString("hex")]);
    const refusal = (name: string) => [400, "application/x-amz-cbor-1.1", expect.stringContaining(Buffer.from(name).toString("hex"))];
    expect(await send("DescribeStream", hex("bf", text("StreamName"), text("s"), "ff"))).toEqual(refusal("ResourceNotFoundException"));
    expect(await send("PutRecord", hex("bf ff"))).toEqual(refusal("ValidationException"));
    expect(await send("PutRecord", hex("bf 01"))).toEqual(refusal("SerializationException"));
    expect((await send("Nothing", hex("bf ff"))).slice(0, 2)).toEqual([400, "application/x-amz-cbor-1.1"]);
    expect((await send("ListShards", hex("bf ff")))[0]).toBe(501);
  } finally {
    await cloud.close(0);
  }
});
