// Quotas that count over all streams of an account and region.
import { limits } from "../../kernel/limits.ts";
import { openShards, type Stream, type StreamScope } from "../../triggers/streams/stream.ts";
import { limitExceeded } from "./faults.ts";
import type { KinesisContext } from "./op.ts";

const PAGE = 100;

async function* everyStream({ streams }: Pick<KinesisContext, "streams">, { account, region }: StreamScope): AsyncGenerator<Stream> {
  for (let after: string | undefined; ; ) {
    const page = await streams.list({ account, region }, { after, limit: PAGE });
    yield* page;
    after = page.at(-1)?.name;
    if (page.length < PAGE) return;
  }
}

export interface Usage {
  readonly shards: number;
  readonly onDemand: number;
}

export async function usageOf(context: KinesisContext): Promise<Usage> {
  let [shards, onDemand] = [0, 0];
  for await (const stream of everyStream(context, context)) {
    if (stream.mode === "ON_DEMAND") onDemand++;
    else shards += openShards(stream).length;
  }
  return { shards, onDemand };
}

/** Throws LimitExceededException when so many more shards are too many. */
export function checkShards({ shards }: Usage, more: number, { account, region }: StreamScope): void {
  if (shards + more <= limits.kinesis.shardsPerAccountMax) return;
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${account} in ${region}. Current shard count for the account: ${shards}. Limit: ${limits.kinesis.shardsPerAccountMax}. ` +
      `Number of additional shards that would have resulted from this request: ${more}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
  );
}

/** Ours: closed shards stay in the stream's record until they expire, and the record must stay readable. */
export function checkStreamShards(stream: Stream): Stream {
  if (stream.shards.length > limits.kinesis.shardsPerStreamMax) {
    throw limitExceeded(`Stream ${stream.name} under account ${stream.account} would have more than ${limits.kinesis.shardsPerStreamMax} shards, closed ones that have not expired included.`);
  }
  return stream;
}
