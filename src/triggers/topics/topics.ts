// Topics as the SNS door, S3's notifications and destinations of functions know them: names, subscriptions, publications, and nothing of any wire.
import type { Scope } from "../../functions/function.ts";
import type { MessageAttribute, Sender, Sending } from "../queues/queues.ts";

export interface TopicRef extends Scope {
  readonly name: string;
}

export interface TopicSettings {
  readonly displayName?: string;
  /** JSON as sent; absent: whoever belongs to the account. */
  readonly policy?: string;
  /** How what is delivered is signed: with SHA-1 or SHA-256. */
  readonly signatureVersion: "1" | "2";
}

export interface TopicRecord extends TopicRef {
  readonly arn: string;
  readonly createdMs: number;
  readonly settings: TopicSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export type SubscriptionProtocol = "sqs" | "lambda";

export interface SubscriptionSettings {
  /** The message as it is, its attributes as a queue message's, instead of an envelope. Queues only. */
  readonly raw: boolean;
  /** JSON as sent, and what of a publication it speaks of. */
  readonly filter?: { readonly text: string; readonly scope: FilterScope };
  /** Where goes what can not be delivered; JSON as sent. */
  readonly redrive?: { readonly text: string; readonly targetArn: string };
}

export type FilterScope = "MessageAttributes" | "MessageBody";

export interface Subscription {
  readonly id: string;
  readonly arn: string;
  readonly topicArn: string;
  /** Account of who subscribed. */
  readonly owner: string;
  readonly protocol: SubscriptionProtocol;
  /** ARN of a queue or a function. */
  readonly endpoint: string;
  readonly settings: SubscriptionSettings;
}

export interface Publication {
  readonly message: string;
  /** Instead of `message`, for subscriptions of one protocol. */
  readonly byProtocol?: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly traceHeader?: string;
}

export interface TopicRecords {
  /** `created: false` with the record that is there when the name is taken. */
  create(ref: TopicRef, settings: TopicSettings, tags: TopicRecord["tags"]): Promise<{ readonly created: boolean; readonly topic: TopicRecord }>;
  find(ref: TopicRef): Promise<TopicRecord | undefined>;
  /** By name, after `afterName` (exclusive). */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<readonly TopicRecord[]>;
  /** Undefined when there is no such topic; `decide` is asked again on a conflict and may throw. */
  change(ref: TopicRef, decide: (topic: TopicRecord) => Partial<Pick<TopicRecord, "settings" | "tags">>): Promise<TopicRecord | undefined>;
  /** With its subscriptions; it is no error when there is none. */
  remove(ref: TopicRef): Promise<void>;
}

export interface SubscriptionRecords {
  /** The one that is there when this endpoint has subscribed already; undefined when there is no such topic. */
  create(ref: TopicRef, subscription: Pick<Subscription, "owner" | "protocol" | "endpoint" | "settings">): Promise<{ readonly created: boolean; readonly subscription: Subscription } | undefined>;
  find(topic: TopicRef, id: string): Promise<Subscription | undefined>;
  /** Undefined when there is no such subscription; `decide` is asked again on a conflict and may reject. */
  change(topic: TopicRef, id: string, decide: (subscription: Subscription) => Promise<SubscriptionSettings>): Promise<Subscription | undefined>;
  remove(topic: TopicRef, id: string): Promise<void>;
  /** Of one topic, or of all of an account and region; in a fixed order, after a place that an earlier list gave. */
  list(of: TopicRef | Scope, after: string | undefined, limit: number): Promise<{ readonly subscriptions: readonly Subscription[]; readonly next: string | undefined }>;
  count(topic: TopicRef): Promise<number>;
}

/** Everything about topics; see `openTopics`. */
export interface Topics extends Disposable {
  readonly records: TopicRecords;
  readonly subscriptions: SubscriptionRecords;
  /** Durable for every subscriber when it resolves; the messages' ids. */
  publish(topic: TopicRecord, publications: readonly Publication[]): Promise<readonly string[]>;
  /** A publication as part of another commit, for notifications, dead letters and destinations; undefined when the topic is gone. On a conflict ask again. */
  delivery(ref: TopicRef, publication: Publication): Promise<Sending | undefined>;
  /** May this service publish here, by the topic's policy? False when there is no such topic. */
  mayPublish(ref: TopicRef, sender: Sender): Promise<boolean>;
  /** What signatures are checked with, by the name that deliveries tell; PEM. */
  certificate(name: string): Promise<string | undefined>;
}

/** The topic an ARN names; undefined when it is no topic's. */
export function topicOfArn(arn: string): TopicRef | undefined {
  const [, region, account, name] = /^arn:[^:]+:sns:([^:]+):(\d{12}):([\w-]{1,256})$/.exec(arn) ?? [];
  return region === undefined || account === undefined || name === undefined ? undefined : { region, account, name };
}
