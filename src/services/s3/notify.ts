// Hands an event over to the functions it concerns: as writes of the very commit that made it happen, so that neither is without the other.
import { randomBytes } from "node:crypto";
import { functionRefIn } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import type { Write } from "../../ports/store.ts";
import { bucketArn, eventMessage, type Happening } from "./event.ts";
import { matches } from "./notification-match.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, LambdaTarget } from "./records.ts";

/** Whether S3, acting for the bucket, may invoke the function; false when there is none. */
export async function mayNotify(context: Pick<S3Context, "heart">, bucket: BucketRecord, target: LambdaTarget): Promise<boolean> {
  const ref = functionRefIn(target.functionArn);
  return ref !== undefined && context.heart.mayInvoke(ref, { service: "s3.amazonaws.com", sourceArn: bucketArn(bucket), sourceAccount: bucket.account });
}

/** The id of the host that answers, on the wire and in the event the same. */
function hostId({ reply }: Pick<S3Context, "reply">): string {
  return (reply.headers["x-amz-id-2"] ??= randomBytes(56).toString("base64"));
}

/**
 * Writes that notify of what happened. A function that has vanished, or no longer lets S3 invoke it, hears nothing, as in the
 * original; the change itself goes on.
 */
export async function notifications(context: S3Context, bucket: BucketRecord, happening: Happening): Promise<readonly Write[]> {
  const writes: Write[] = [];
  for (const target of bucket.notifications ?? []) {
    if (!matches(target, happening.event, happening.key) || !(await mayNotify(context, bucket, target))) continue;
    const ref = functionRefIn(target.functionArn);
    if (!ref) continue;
    const message = eventMessage(bucket, happening, { ...context, hostId: hostId(context) }, target.id);
    writes.push(
      context.heart.asyncInvocation(ref, {
        requestId: uuid(), payload: Buffer.from(JSON.stringify(message)), invokedArn: target.functionArn, traceId: context.headers["x-amzn-trace-id"],
      }),
    );
  }
  return writes;
}
