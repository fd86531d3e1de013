// Names of streams and consumers as resources.
import { partitionOf } from "../../kernel/arn.ts";
import { streamResourceOfArn, type StreamConsumer, type StreamRef, type StreamResource } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";

export const streamArn = ({ account, region, name }: StreamRef): string => `arn:${partitionOf(region)}:kinesis:${region}:${account}:stream/${name}`;

/** A consumer's creation second is part of its name: one registered anew is another. */
export const consumerArn = (stream: StreamRef, { name, createdMs }: Pick<StreamConsumer, "name" | "createdMs">): string =>
  `${streamArn(stream)}/consumer/${name}:${Math.floor(createdMs / 1000)}`;

/** The stream, or the stream and its consumer, that an ARN names. */
export function parseResource(text: string): StreamResource {
  const resource = streamResourceOfArn(text);
  if (!resource) throw invalidArgument(`${text} is not the ARN of a stream or a consumer.`);
  return resource;
}
