// The queues as the SQS door, pollers and other senders know them: names, settings, messages, and nothing of any wire.
import type { Scope } from "../../functions/function.ts";
import type { QueueCounts } from "../../ports/queue.ts";
import type { Check, Write } from "../../ports/store.ts";

export interface QueueRef extends Scope {
  /** FIFO queues end in `.fifo`. */
  readonly name: string;
}

export interface Fifo {
  /** Without a deduplication id the SHA-256 of the body is one. */
  readonly contentDedup: boolean;
  readonly dedupScope: "queue" | "messageGroup";
  readonly throughputLimit: "perQueue" | "perMessageGroupId";
}

export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  readonly waitSeconds: number;
  readonly retentionSeconds: number;
  readonly messageBytesMax: number;
  readonly managedSse: boolean;
  /** JSON as sent. */
  readonly policy?: string;
  /** `text` is the JSON as sent. A message that was received `receivesMax` times moves at the next receive. */
  readonly redrive?: { readonly text: string; readonly targetArn: string; readonly receivesMax: number };
  readonly redriveAllow?: { readonly text: string; readonly permission: "allowAll" | "denyAll" | "byQueue"; readonly sourceArns: readonly string[] };
  /** Absent: a standard queue. */
  readonly fifo?: Fifo;
}

export interface QueueRecord extends QueueRef {
  /** Unique for all time: a queue recreated under the same name has another. */
  readonly id: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly purgedMs?: number;
  readonly settings: QueueSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueueRecords {
  /** `created: false` with the record that is there when the name is taken. `recent`: a queue of this name was deleted just now (see `recreateDelayMs`). */
  create(ref: QueueRef, settings: QueueSettings, tags: QueueRecord["tags"]): Promise<{ readonly created: boolean; readonly queue: QueueRecord } | "recent">;
  find(ref: QueueRef): Promise<QueueRecord | undefined>;
  /** By name, those that start with `prefix`, after `afterName` (exclusive). */
  list(scope: Scope, prefix: string, afterName: string | undefined, limit: number): Promise<readonly QueueRecord[]>;
  /** Undefined when there is no such queue; `decide` is asked again on a conflict and may throw. */
  change(ref: QueueRef, decide: (queue: QueueRecord) => Pick<QueueRecord, "settings" | "tags" | "purgedMs">): Promise<QueueRecord | undefined>;
  /** False when there was none. Its messages are gone for everybody at once; their space is given back soon. */
  remove(ref: QueueRef): Promise<boolean>;
  /** Calls back when the queue was created, changed or removed; the returned function ends it. */
  watch(ref: QueueRef, listener: () => void): () => void;
  /** Queues whose dead letters go to this ARN, in a fixed order, after `after` (exclusive). */
  sourcesOf(targetArn: string, after: QueueRef | undefined, limit: number): Promise<readonly QueueRef[]>;
  /** Every queue there is, page by page. */
  all(): AsyncIterable<QueueRecord>;
}

export interface MessageAttribute {
  /** `String`, `Number.int`, `Binary.png` … */
  readonly type: string;
  readonly text?: string;
  /** base64 */
  readonly bytes?: string;
}

export interface OutgoingMessage {
  readonly body: string;
  readonly senderId: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly traceHeader?: string;
  /** Instead of the queue's own delay. */
  readonly delaySeconds?: number;
  readonly groupId?: string;
  /** FIFO queues without `contentDedup` need one. */
  readonly dedupId?: string;
}

export interface SentMessage {
  readonly messageId: string;
  /** 20 digits, growing within a FIFO queue. */
  readonly sequenceNumber?: string;
}

/** What a message carries beside its body, as stored. */
export interface MessageFacts {
  readonly messageId: string;
  readonly sentMs: number;
  readonly senderId: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly dedupId?: string;
  readonly sequenceNumber?: string;
  /** The queue it was a dead letter of, and what it lived through there. */
  readonly sourceArn?: string;
  readonly earlier?: { readonly receives: number; readonly firstReceivedMs: number };
}

export interface ReceivedMessage extends MessageFacts {
  readonly handle: string;
  readonly body: string;
  /** This time included. */
  readonly receives: number;
  readonly firstReceivedMs: number;
}

export interface ReceiveOptions {
  readonly max: number;
  /** Instead of the queue's own. */
  readonly visibilitySeconds?: number;
  /** Long polling: how long an empty queue is waited for. Absent: the queue's own. */
  readonly waitSeconds?: number;
  /** FIFO: within five minutes the same id gets the same messages again, while nobody changed them. */
  readonly attemptId?: string;
  /** Ends the wait; what arrives at that moment stays in the queue. */
  readonly signal?: AbortSignal;
}

/** A message as an onlooker sees it. */
export interface SeenMessage extends MessageFacts {
  readonly body: string;
  readonly receives: number;
  readonly firstReceivedMs?: number;
  /** `new`: it arrived this moment; `blocked`: a message before it in its group is in flight or delayed. */
  readonly state: "new" | "visible" | "in-flight" | "delayed" | "blocked";
  /** When that state ends by itself (epoch ms). */
  readonly untilMs?: number;
}

export interface LookOptions {
  /** What lies there first, the oldest before the others; otherwise only what arrives from now on. */
  readonly backlog: boolean;
  /** After so long without news comes a `quiet`. */
  readonly idleMs: number;
  /** Ends the looking, without an error. */
  readonly signal: AbortSignal;
}

/** `missed`: so many messages arrived faster than they were taken. */
export type Sight = { readonly kind: "message"; readonly message: SeenMessage } | { readonly kind: "missed"; readonly count: number } | { readonly kind: "quiet" };

/** What became of a handle: `malformed` or another queue's; `lost` when the message is gone or was received again; `ended` when its visibility timeout is over. */
export type HandleFate = "done" | "malformed" | "lost" | "ended" | "too-long";

export interface Sender {
  /** `s3.amazonaws.com` */
  readonly service: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

export interface MoveTask {
  /** Sorts by start. */
  readonly id: string;
  readonly sourceArn: string;
  /** Absent: each message goes back where it came from. */
  readonly destinationArn?: string;
  readonly perSecondMax?: number;
  readonly status: "RUNNING" | "CANCELLING" | "COMPLETED" | "CANCELLED" | "FAILED";
  readonly toMove: number;
  readonly moved: number;
  readonly startedMs: number;
  readonly failure?: string;
}

export interface MoveTasks {
  /** Undefined when one is running for this source already. Goes on after a restart. */
  start(source: QueueRecord, destination: QueueRecord | undefined, perSecondMax: number | undefined): Promise<MoveTask | undefined>;
  /** Latest first. */
  list(sourceArn: string, limit: number): Promise<readonly MoveTask[]>;
  /** The task as it stands; undefined when there is none. `cancelled: false` when it had ended before. */
  cancel(sourceArn: string, id: string): Promise<{ readonly task: MoveTask; readonly cancelled: boolean } | undefined>;
}

/** The writes of a send, to go into the commit of whatever caused it. */
export interface Sending {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
}

/** Everything about queues; see `openQueues`. Disposing answers everybody who waits, and lets nobody wait any more. */
export interface Queues extends AsyncDisposable {
  readonly records: QueueRecords;
  readonly moves: MoveTasks;
  /** Durable when it resolves; a duplicate in a FIFO queue gets the first one's answer. Messages of one call lie in its order. */
  send(queue: QueueRecord, messages: readonly OutgoingMessage[]): Promise<readonly SentMessage[]>;
  /** Undefined when too many messages are in flight. */
  receive(queue: QueueRecord, options: ReceiveOptions): Promise<readonly ReceivedMessage[] | undefined>;
  /** Gone durably when it resolves. */
  remove(queue: QueueRecord, handle: string): Promise<HandleFate>;
  /** Hides the message for so long from now; 0 shows it at once. */
  hide(queue: QueueRecord, handle: string, seconds: number): Promise<HandleFate>;
  /** Each message there is and each that arrives, in the order of arrival, none of them received. Begins when it resolves, ends when the queue is deleted. */
  look(queue: QueueRecord, options: LookOptions): Promise<AsyncGenerator<Sight>>;
  purge(queue: QueueRecord): Promise<void>;
  counts(queue: QueueRecord): Promise<QueueCounts>;
  /** May this service send here, by the queue's policy? False when there is no such queue. */
  maySend(ref: QueueRef, sender: Sender): Promise<boolean>;
  /** A send as part of another commit, for notifications, dead letters and destinations; undefined when the queue is gone. On a conflict ask again. */
  delivery(ref: QueueRef, message: OutgoingMessage): Promise<Sending | undefined>;
  /** Removes what is past its retention; runs by itself from time to time. */
  sweep(): Promise<void>;
}

/** The queue an ARN names; undefined when it is no queue's. */
export function queueOfArn(arn: string): QueueRef | undefined {
  const [, region, account, name] = /^arn:[^:]+:sqs:([^:]+):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(arn) ?? [];
  return region === undefined || account === undefined || name === undefined ? undefined : { region, account, name };
}
