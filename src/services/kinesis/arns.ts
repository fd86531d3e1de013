// Names of streams and consumers as resources.
import { parseArn, partitionOf } from "../../kernel/arn.ts";
import type { StreamConsumer, StreamRef } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";

export const streamArn = ({ account, region, name }: StreamRef): string => `arn:${partitionOf(region)}:kinesis:${region}:${account}:stream/${name}`;

/** A consumer's creation second is part of its name: one registered anew is another. */
export const consumerArn = (stream: StreamRef, { name, createdMs }: Pick<StreamConsumer, "name" | "createdMs">): string =>
  `${streamArn(stream)}/consumer/${name}:${Math.floor(createdMs / 1000)}`;

export interface ResourceRef {
  readonly stream: StreamRef;
  readonly consumer?: { readonly name: string; readonly createdSeconds: number };
}

/** The stream, or the stream and its consumer, that an ARN names. */
export function parseResource(text: string): ResourceRef {
  const arn = parseArn(text);
  const [, name, consumer, createdSeconds] = /^stream\/([\w.-]+)(?:\/consumer\/([\w.-]+):(\d+))?$/.exec(arn?.resource ?? "") ?? [];
  if (!arn || name === undefined) throw invalidArgument(`${text} is not the ARN of a stream or a consumer.`);
  const stream = { account: arn.account, region: arn.region, name };
  return consumer === undefined ? { stream } : { stream, consumer: { name: consumer, createdSeconds: Number(createdSeconds) } };
}
