// A queue's attributes: from the texts clients send to settings that act, refused in the original's words, and back to texts.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { QueueCounts } from "../../ports/queue.ts";
import type { Fifo, QueueRecord, QueueSettings } from "../../triggers/queues/queues.ts";
import { invalidAttribute, notYet, unknownAttribute } from "./faults.ts";
import { checkPolicy } from "./policy.ts";
import { readRedriveAllow, readRedrive } from "./redrive.ts";

export type Attributes = Readonly<Record<string, string>>;

const { sqs } = limits;

const defaultSettings: QueueSettings = {
  visibilitySeconds: 30, delaySeconds: 0, waitSeconds: 0, retentionSeconds: 345_600, messageBytesMax: sqs.messageBytesMax, managedSse: true,
};
const defaultFifo: Fifo = { contentDedup: false, dedupScope: "queue", throughputLimit: "perQueue" };

type Change = (settings: QueueSettings, text: string) => QueueSettings;

const changes: Readonly<Record<string, Change>> = {
  VisibilityTimeout: (settings, text) => ({ ...settings, visibilitySeconds: wholeNumber("VisibilityTimeout", text, 0, sqs.visibilitySecondsMax) }),
  DelaySeconds: (settings, text) => ({ ...settings, delaySeconds: wholeNumber("DelaySeconds", text, 0, sqs.delaySecondsMax) }),
  ReceiveMessageWaitTimeSeconds: (settings, text) => ({ ...settings, waitSeconds: wholeNumber("ReceiveMessageWaitTimeSeconds", text, 0, sqs.waitSecondsMax) }),
  MessageRetentionPeriod: (settings, text) => ({ ...settings, retentionSeconds: wholeNumber("MessageRetentionPeriod", text, sqs.retentionSecondsMin, sqs.retentionSecondsMax) }),
  MaximumMessageSize: (settings, text) => ({ ...settings, messageBytesMax: wholeNumber("MaximumMessageSize", text, sqs.messageBytesMin, sqs.messageBytesMax) }),
  SqsManagedSseEnabled: (settings, text) => ({ ...settings, managedSse: flag("SqsManagedSseEnabled", text) }),
  Policy: (settings, text) => {
    if (text === "") return without(settings, "policy");
    checkPolicy(text);
    return { ...settings, policy: text };
  },
  RedrivePolicy: (settings, text) => (text === "" ? without(settings, "redrive") : { ...settings, redrive: readRedrive(text) }),
  RedriveAllowPolicy: (settings, text) => (text === "" ? without(settings, "redriveAllow") : { ...settings, redriveAllow: readRedriveAllow(text) }),
  ContentBasedDeduplication: (settings, text) => withFifo(settings, "ContentBasedDeduplication", { contentDedup: flag("ContentBasedDeduplication", text) }),
  DeduplicationScope: (settings, text) => withFifo(settings, "DeduplicationScope", { dedupScope: oneOf("DeduplicationScope", text, ["queue", "messageGroup"]) }),
  FifoThroughputLimit: (settings, text) => withFifo(settings, "FifoThroughputLimit", { throughputLimit: oneOf("FifoThroughputLimit", text, ["perQueue", "perMessageGroupId"]) }),
  KmsMasterKeyId: (settings, text) => emptyOr(notYet("KmsMasterKeyId (encryption with a key of KMS)"), settings, text),
  KmsDataKeyReusePeriodSeconds: (settings, text) => emptyOr(notYet("KmsDataKeyReusePeriodSeconds (encryption with a key of KMS)"), settings, text),
};

/** What a new queue begins with. */
export function newSettings(attributes: Attributes, isFifo: boolean): QueueSettings {
  const { FifoQueue: _kind, ...rest } = attributes;
  return changedSettings(isFifo ? { ...defaultSettings, fifo: defaultFifo } : defaultSettings, rest);
}

/** The settings with attributes applied. Faults InvalidAttributeName, InvalidAttributeValue, and those of the policies. */
export function changedSettings(settings: QueueSettings, attributes: Attributes): QueueSettings {
  let changed = settings;
  for (const [name, text] of Object.entries(attributes)) {
    if (name === "FifoQueue") refuseOtherKind(settings, text);
    else {
      const change = Object.hasOwn(changes, name) ? changes[name] : undefined;
      if (!change) throw unknownAttribute(name);
      changed = change(changed, text);
    }
  }
  const { fifo } = changed;
  if (fifo?.throughputLimit === "perMessageGroupId" && fifo.dedupScope !== "messageGroup")
    throw fault("InvalidAttributeValue", { message: "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup." });
  return changed;
}

/** All attributes of a queue in the original's order; those that are not set are left out. */
export function showAttributes({ arn, createdMs, modifiedMs, settings }: QueueRecord, counts?: QueueCounts): Attributes {
  const { fifo, policy, redrive, redriveAllow } = settings;
  return {
    QueueArn: arn,
    ...(counts && {
      ApproximateNumberOfMessages: String(counts.visible),
      ApproximateNumberOfMessagesNotVisible: String(counts.leased),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    }),
    CreatedTimestamp: seconds(createdMs),
    LastModifiedTimestamp: seconds(modifiedMs),
    VisibilityTimeout: String(settings.visibilitySeconds),
    MaximumMessageSize: String(settings.messageBytesMax),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.waitSeconds),
    ...(policy !== undefined && { Policy: policy }),
    ...(redrive && { RedrivePolicy: redrive.text }),
    ...(redriveAllow && { RedriveAllowPolicy: redriveAllow.text }),
    ...(fifo && { FifoQueue: "true", DeduplicationScope: fifo.dedupScope, FifoThroughputLimit: fifo.throughputLimit, ContentBasedDeduplication: String(fifo.contentDedup) }),
    SqsManagedSseEnabled: String(settings.managedSse),
  };
}

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

/** Attributes that can be asked for beside those that can be set. */
const readOnly: ReadonlySet<string> = new Set([
  "All", "QueueArn", "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed", "CreatedTimestamp", "LastModifiedTimestamp", "FifoQueue",
]);
export const isAttribute = (name: string): boolean => readOnly.has(name) || Object.hasOwn(changes, name);

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < min || value > max) throw invalidAttribute(name);
  return value;
}

function flag(name: string, text: string): boolean {
  const value = text.toLowerCase();
  if (value !== "true" && value !== "false") throw invalidAttribute(name);
  return value === "true";
}

function oneOf<const T extends string>(name: string, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw invalidAttribute(name);
  return value;
}

function withFifo(settings: QueueSettings, name: string, change: Partial<Fifo>): QueueSettings {
  if (settings.fifo) return { ...settings, fifo: { ...settings.fifo, ...change } };
  if (name === "ContentBasedDeduplication") throw unknownAttribute(name);
  throw fault("InvalidAttributeName", { message: `You can specify the ${name} only when FifoQueue is set to true.` });
}

function without(settings: QueueSettings, name: "policy" | "redrive" | "redriveAllow"): QueueSettings {
  const { [name]: _gone, ...rest } = settings;
  return rest;
}

function emptyOr(refusal: Fault, settings: QueueSettings, text: string): QueueSettings {
  if (text === "") return settings;
  throw refusal;
}

function refuseOtherKind({ fifo }: QueueSettings, text: string): void {
  if (!fifo) throw unknownAttribute("FifoQueue");
  if (!flag("FifoQueue", text)) throw fault("InvalidAttributeValue", { message: "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported." });
}
