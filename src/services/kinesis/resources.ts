// What has tags and a policy: a stream, or one of its consumers, by its ARN.
import type { Stream, StreamConsumer, StreamRef } from "../../triggers/streams/stream.ts";
import { parseResource, streamArn } from "./arns.ts";
import { checkAccess } from "./access.ts";
import { streamMissing } from "./faults.ts";
import { consumerRefOf } from "./lookup.ts";
import type { KinesisContext } from "./op.ts";

/** The members that streams and consumers share. */
export interface Resource {
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: string;
}

export async function resourceAt(arn: string, context: KinesisContext): Promise<Resource> {
  const { ref, pick } = await picker(arn, context);
  const stream = await context.streams.find(ref);
  if (!stream) throw streamMissing(ref);
  return pick(stream);
}

export async function changeResource(arn: string, context: KinesisContext, change: (resource: Resource) => Resource): Promise<void> {
  const { ref, pick } = await picker(arn, context);
  const changed = await context.streams.change(ref, (stream) => {
    const resource = pick(stream);
    if (resource === stream) return { ...stream, ...change(stream) };
    return { ...stream, consumers: stream.consumers.map((one) => (one === resource ? { ...one, ...change(one) } : one)) };
  });
  if (!changed) throw streamMissing(ref);
}

async function picker(arn: string, context: KinesisContext): Promise<{ readonly ref: StreamRef; readonly pick: (stream: Stream) => Stream | StreamConsumer }> {
  const { stream: ref, consumer } = parseResource(arn);
  if (consumer) return consumerRefOf({ ConsumerARN: arn }, context);
  return {
    ref,
    pick: (stream) => {
      checkAccess(context, stream, streamArn(stream), stream.policy);
      return stream;
    },
  };
}
