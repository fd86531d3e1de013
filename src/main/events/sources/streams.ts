// Streams: DynamoDB, Kinesis, Firehose and Kinesis Analytics.
import { arn, base64, digits, hex, iso, isoSeconds, uuid, type Facts, type SampleEvents } from "../facts.ts";

const seconds = (ms: number): number => Math.floor(ms / 1000);
const item = (count: string): object => ({ Id: { N: "42" }, Item: { S: "teapot" }, Count: { N: count }, Tags: { SS: ["new", "blue"] }, Photo: { B: base64("jpeg") } });
const keys = { Id: { N: "42" } };

export const dynamodb: SampleEvents = {
  insert: { what: "an item was put", make: (facts) => ({ Records: [change(facts, "INSERT", { NewImage: item("1") })] }) },
  modify: { what: "an item was changed", make: (facts) => ({ Records: [change(facts, "MODIFY", { NewImage: item("2"), OldImage: item("1") })] }) },
  remove: { what: "an item was deleted", make: (facts) => ({ Records: [change(facts, "REMOVE", { OldImage: item("2") })] }) },
  ttl: { what: "an item has expired", make: (facts) => ({ Records: [{ ...change(facts, "REMOVE", { OldImage: item("2") }), userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }] }) },
  window: {
    what: "changes of a tumbling window",
    make: (facts) => ({ Records: [change(facts, "INSERT", { NewImage: item("1") }), change(facts, "MODIFY", { NewImage: item("2"), OldImage: item("1") })], ...windowOf(facts, `shardId-${digits(20)}-${hex(8)}`, tableStream(facts)) }),
  },
};

export const kinesis: SampleEvents = {
  records: { what: "two records of a stream", make: (facts) => ({ Records: [record(facts, "teapot"), record(facts, "kettle")] }) },
  window: { what: "records of a tumbling window", make: (facts) => ({ Records: [record(facts, "teapot")], ...windowOf(facts, "shardId-000000000006", stream(facts)) }) },
  firehose: { what: "records that Firehose wants transformed", make: (facts) => firehose(facts, false) },
  "firehose-stream": { what: "the same when they come from a Kinesis stream", make: (facts) => firehose(facts, true) },
  analytics: {
    what: "output of Kinesis Analytics to be delivered",
    make: (facts) => ({ invocationId: uuid(), applicationArn: arn(facts, "kinesisanalytics", "application/orders"), records: [{ recordId: digits(56), data: base64(JSON.stringify({ item: "teapot", total: 7 })) }] }),
  },
};

const tableStream = (facts: Facts): string => arn(facts, "dynamodb", `table/Orders/stream/${iso(facts.now - 86_400_000).slice(0, 23)}`);
const stream = (facts: Facts): string => arn(facts, "kinesis", "stream/orders");

const change = (facts: Facts, eventName: string, images: object): object => ({
  eventID: hex(32),
  eventName,
  eventVersion: "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: facts.region,
  dynamodb: { ApproximateCreationDateTime: seconds(facts.now), Keys: keys, ...images, SequenceNumber: digits(24), SizeBytes: 59, StreamViewType: "NEW_AND_OLD_IMAGES" },
  eventSourceARN: tableStream(facts),
});

function record(facts: Facts, text: string): object {
  const sequenceNumber = `496${digits(53)}`;
  return {
    kinesis: { kinesisSchemaVersion: "1.0", partitionKey: "42", sequenceNumber, data: base64(JSON.stringify({ item: text })), approximateArrivalTimestamp: facts.now / 1000 },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000006:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: `arn:aws:iam::${facts.account}:role/orders`,
    awsRegion: facts.region,
    eventSourceARN: stream(facts),
  };
}

/** Windows of two minutes, beginning at even ones. */
function windowOf({ now }: Facts, shardId: string, eventSourceARN: string): object {
  const start = Math.floor(now / 120_000) * 120_000;
  return { window: { start: isoSeconds(start), end: isoSeconds(start + 120_000) }, state: { count: "3" }, shardId, eventSourceARN, isFinalInvokeForWindow: false, isWindowTerminatedEarly: false };
}

const firehose = (facts: Facts, fromStream: boolean): object => ({
  invocationId: uuid(),
  deliveryStreamArn: arn(facts, "firehose", "deliverystream/orders"),
  ...(fromStream ? { sourceKinesisStreamArn: stream(facts) } : {}),
  region: facts.region,
  records: ["teapot", "kettle"].map((text) => Object.assign(delivered(facts, text), fromStream ? { kinesisRecordMetadata: origin(facts) } : {})),
});

const delivered = ({ now }: Facts, text: string): object => ({ recordId: digits(56), approximateArrivalTimestamp: now, data: base64(JSON.stringify({ item: text })) });
const origin = ({ now }: Facts): object => ({ shardId: "shardId-000000000006", partitionKey: "42", approximateArrivalTimestamp: now, sequenceNumber: `496${digits(53)}`, subsequenceNumber: 0 });
