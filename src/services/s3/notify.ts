// Tells of an event whom it concerns: as writes of the very commit that made it happen, so that neither is without the other.
import { randomBytes } from "node:crypto";
import type { Write } from "../../ports/store.ts";
import { DEFAULT_BUS } from "../../triggers/buses/buses.ts";
import type { Sending } from "../../triggers/queues/queues.ts";
import { busEvent } from "./bus-event.ts";
import { refusalOf, tell } from "./destinations.ts";
import { eventMessage, type Happening, testMessage } from "./event.ts";
import { matches } from "./notification-match.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, NotificationTarget } from "./records.ts";

/** The id of the host that answers, on the wire and in the event the same. */
function hostId({ reply }: Pick<S3Context, "reply">): string {
  return (reply.headers["x-amz-id-2"] ??= randomBytes(56).toString("base64"));
}

/**
 * What notifies of what happened, for its commit. A function, queue or topic that has vanished, or no longer lets S3 in, hears nothing, as in
 * the original; the change itself goes on.
 */
export async function notifications(context: S3Context, bucket: BucketRecord, happening: Happening): Promise<Sending> {
  const sendings: Sending[] = [];
  for (const target of bucket.notifications ?? []) {
    if (!matches(target, happening.event, happening.key) || (await refusalOf(context, bucket, target)) !== undefined) continue;
    sendings.push(await tell(context, bucket, target, eventMessage(bucket, happening, { ...context, hostId: hostId(context) }, target.id)));
  }
  if (bucket.tellsBus) sendings.push(await tellBus(context, bucket, happening));
  return { checks: sendings.flatMap(({ checks }) => checks), writes: sendings.flatMap(({ writes }) => writes) };
}

/** Into the bus that everybody has, of the bucket's account. */
async function tellBus(context: S3Context, bucket: BucketRecord, happening: Happening): Promise<Sending> {
  const { account, region } = bucket;
  const sending = await (await context.buses()).delivery({ account, region, name: DEFAULT_BUS }, busEvent(bucket, happening, { ...context, hostId: hostId(context) }));
  return sending ?? { checks: [], writes: [] };
}

/** Writes of the test events by which queues and topics learn that they were configured. */
export async function testNotifications(context: S3Context, bucket: BucketRecord, targets: readonly NotificationTarget[]): Promise<readonly Write[]> {
  const told = targets.filter((target) => !("functionArn" in target));
  const message = testMessage(bucket, context.clock.now(), { ...context, hostId: hostId(context) });
  return (await Promise.all(told.map((target) => tell(context, bucket, target, message)))).flatMap(({ writes }) => writes);
}
