// Finds the queue a request means by its URL, its ARN or its name, or answers as the original does when it is not there.
import { fault } from "../../kernel/fault.ts";
import { readToken } from "../../kernel/page-token.ts";
import type { QueueRecord, QueueRef } from "../../triggers/queues/queues.ts";
import { invalidParameter, queueMissing } from "./faults.ts";
import type { SqsContext } from "./op.ts";

/** The URL by which this client reaches the queue. */
export const queueUrl = ({ endpoint }: Pick<SqsContext, "endpoint">, { account, name }: QueueRef): string => `${endpoint}/${account}/${name}`;

/** Any host will do, as clients reach us by many names; one of the original's hosts may name the region. */
export function refOfUrl(url: string, { account: own, region }: Pick<SqsContext, "account" | "region">): QueueRef {
  // Recorded on AWS: a bare name does too, for a queue of the caller's account.
  if (/^[\w-]{1,80}(?:\.fifo)?$/.test(url)) return { account: own, region, name: url };
  const [, host = "", account, name] = /^https?:\/\/([^/?#]+)\/(?:[^?#]*\/)?(\d{12})\/([^/?#]+)\/?$/.exec(url) ?? /^()\/?(\d{12})\/([^/?#]+)$/.exec(url) ?? [];
  if (account === undefined || name === undefined) throw fault("InvalidAddress", { message: `The address ${url} is not valid for this endpoint.`, status: 404 });
  const named = /^(?:sqs\.)?([a-z]{2,4}(?:-[a-z]+)+-\d)\.(?:queue\.)?amazonaws\.com/.exec(host)?.[1];
  return { account, region: named ?? region, name };
}

export async function queueAt(context: SqsContext, url: string | undefined): Promise<QueueRecord> {
  return queueNamed(context, refOfUrl(url ?? "", context));
}

export async function queueNamed(context: SqsContext, ref: QueueRef): Promise<QueueRecord> {
  const queue = await context.queues.records.find(ref);
  if (!queue) throw queueMissing(context);
  return queue;
}

/** Changes settings or tags of a queue; `decide` may throw. */
export async function changeQueue(context: SqsContext, url: string | undefined, decide: (queue: QueueRecord) => Partial<Pick<QueueRecord, "settings" | "tags" | "purgedMs">>): Promise<QueueRecord> {
  const changed = await context.queues.records.change(refOfUrl(url ?? "", context), (queue) => ({ settings: queue.settings, tags: queue.tags, purgedMs: queue.purgedMs, ...decide(queue) }));
  if (!changed) throw queueMissing(context);
  return changed;
}

/** The name that a list is to go on after. */
export function nameIn(token: string): string {
  const name = readToken(token);
  if (!name) throw invalidParameter("Invalid or expired next token.");
  return name;
}
