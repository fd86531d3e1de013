// SQS and SNS: messages, alone and in each other's envelopes.
import { createHash } from "node:crypto";
import { arn, base64, digits, hex, iso, uuid, type Facts, type SampleEvents } from "../facts.ts";
import { s3 } from "./s3.ts";

const body = JSON.stringify({ order: 42, item: "teapot" });

export const sqs: SampleEvents = {
  message: { what: "a message of a standard queue", make: (facts) => ({ Records: [message(facts, { body, attributes: { Shop: { stringValue: "berlin", stringListValues: [], binaryListValues: [], dataType: "String" } } })] }) },
  fifo: {
    what: "two messages of a FIFO queue, one group",
    make: (facts) => ({ Records: [1, 2].map((number) => message(facts, { body: JSON.stringify({ order: 42, step: number }), queue: "orders.fifo", system: { SequenceNumber: `${18_870_000_000_000_000_000n + BigInt(number)}`, MessageGroupId: "order-42", MessageDeduplicationId: hex(64) } })) }),
  },
  batch: { what: "three messages of a standard queue", make: (facts) => ({ Records: [1, 2, 3].map((order) => message(facts, { body: JSON.stringify({ order }) })) }) },
  s3: { what: "a message that holds an S3 event", make: (facts) => ({ Records: [message(facts, { body: JSON.stringify(s3["put"]?.make(facts)) })] }) },
  sns: { what: "a message that an SNS topic has sent", make: (facts) => ({ Records: [message(facts, { body: JSON.stringify(envelope(facts)) })] }) },
};

export const sns: SampleEvents = {
  message: { what: "a message of a topic", make: (facts) => ({ Records: [notification(facts, "A new order", body, { Shop: { Type: "String", Value: "berlin" }, Token: { Type: "Binary", Value: base64("secret") } })] }) },
  alarm: { what: "an alarm of CloudWatch", make: (facts) => ({ Records: [notification(facts, 'ALARM: "too-slow"', JSON.stringify(alarm(facts)), {})] }) },
};

interface Message {
  readonly body: string;
  readonly queue?: string;
  readonly attributes?: Readonly<Record<string, object>>;
  readonly system?: Readonly<Record<string, string>>;
}

function message(facts: Facts, { body: text, queue = "orders", attributes = {}, system = {} }: Message): object {
  return {
    messageId: uuid(),
    receiptHandle: Buffer.from(hex(192), "hex").toString("base64"),
    body: text,
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(facts.now - 120), SenderId: "AIDAFUGAZSAMPLE", ApproximateFirstReceiveTimestamp: String(facts.now), ...system },
    messageAttributes: attributes,
    md5OfBody: createHash("md5").update(text).digest("hex"),
    ...(Object.keys(attributes).length > 0 ? { md5OfMessageAttributes: hex(32) } : {}),
    eventSource: "aws:sqs",
    eventSourceARN: arn(facts, "sqs", queue),
    awsRegion: facts.region,
  };
}

const notification = (facts: Facts, Subject: string, Message: string, MessageAttributes: object): object => ({
  EventSource: "aws:sns",
  EventVersion: "1.0",
  EventSubscriptionArn: arn(facts, "sns", `orders:${uuid()}`),
  Sns: {
    Type: "Notification", MessageId: uuid(), TopicArn: arn(facts, "sns", "orders"), Subject, Message, Timestamp: iso(facts.now), SignatureVersion: "1", Signature: base64(hex(64)),
    SigningCertUrl: `https://sns.${facts.region}.amazonaws.com/SimpleNotificationService-${hex(32)}.pem`,
    UnsubscribeUrl: `https://sns.${facts.region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn(facts, "sns", "orders")}`,
    MessageAttributes,
  },
});

/** Queues get other spellings (`…URL`) than functions. */
const envelope = (facts: Facts): object => ({
  Type: "Notification", MessageId: uuid(), TopicArn: arn(facts, "sns", "orders"), Subject: "A new order", Message: body, Timestamp: iso(facts.now), SignatureVersion: "1", Signature: base64(hex(64)),
  SigningCertURL: `https://sns.${facts.region}.amazonaws.com/SimpleNotificationService-${hex(32)}.pem`,
  UnsubscribeURL: `https://sns.${facts.region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn(facts, "sns", "orders")}`,
});

const alarm = (facts: Facts): object => ({
  AlarmName: "too-slow", AlarmDescription: "Answers take longer than a second", AWSAccountId: facts.account, NewStateValue: "ALARM", OldStateValue: "OK",
  NewStateReason: "Threshold Crossed: 1 datapoint was greater than the threshold.", StateChangeTime: iso(facts.now).replace("Z", "+0000"), Region: facts.region, AlarmArn: arn(facts, "cloudwatch", "alarm:too-slow"),
  Trigger: { MetricName: "Duration", Namespace: "AWS/Lambda", StatisticType: "Statistic", Statistic: "AVERAGE", Dimensions: [{ name: "FunctionName", value: `shop-${digits(3)}` }], Period: 60, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold", Threshold: 1000 },
});
