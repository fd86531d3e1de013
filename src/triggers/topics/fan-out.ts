// From one publication to the writes that reach every subscriber, all of them in one commit: either everybody has it, or nobody.
import type { Heart } from "../../functions/heart.ts";
import { functionRefIn } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import type { Check, Write } from "../../ports/store.ts";
import { queueOfArn, type Queues, type Sending } from "../queues/queues.ts";
import { envelope, functionEvent, messageFor, type EnvelopeDeps, type Parcel } from "./envelope.ts";
import type { Filter } from "./filter.ts";
import type { Subscription } from "./topics.ts";

export interface FanOutDeps extends EnvelopeDeps {
  readonly queues: Pick<Queues, "maySend" | "delivery">;
  readonly heart: Pick<Heart, "mayInvoke" | "versionOf" | "asyncInvocation">;
}

export interface Subscriber {
  readonly subscription: Subscription;
  readonly wants: Filter;
}

/** Who sends; receivers see it as the message's sender. */
const SENDER = "sns.amazonaws.com";

export async function fanOut(parcels: readonly Parcel[], subscribers: readonly Subscriber[], deps: FanOutDeps): Promise<Sending> {
  const checks: Check[] = [];
  const writes: Write[] = [];
  for (const parcel of parcels) {
    for (const { subscription, wants } of subscribers) {
      if (!wants(parcel.publication)) continue;
      const sending = (await deliver(parcel, subscription, deps)) ?? (await bury(parcel, subscription, deps));
      checks.push(...(sending?.checks ?? []));
      writes.push(...(sending?.writes ?? []));
    }
  }
  return { checks, writes };
}

/** Undefined when the receiver is gone or does not let the topic in. */
async function deliver(parcel: Parcel, subscription: Subscription, deps: FanOutDeps): Promise<Sending | undefined> {
  const { topic, publication } = parcel;
  const sender = { service: SENDER, sourceArn: topic.arn, sourceAccount: topic.account };
  const { traceHeader } = publication;
  if (subscription.protocol === "sqs") {
    const ref = queueOfArn(subscription.endpoint);
    if (!ref || !(await deps.queues.maySend(ref, sender))) return undefined;
    const { raw } = subscription.settings;
    const body = raw ? messageFor(publication, subscription) : await envelope(parcel, subscription, deps);
    return deps.queues.delivery(ref, { body, senderId: SENDER, ...(raw && publication.attributes && { attributes: publication.attributes }), ...(traceHeader !== undefined && { traceHeader }) });
  }
  const ref = functionRefIn(subscription.endpoint);
  if (!ref || !(await deps.heart.mayInvoke(ref, sender))) return undefined;
  const there = await deps.heart.versionOf(ref).then(() => true, () => false);
  if (!there) return undefined;
  const payload = Buffer.from(await functionEvent(parcel, subscription, deps));
  return { checks: [], writes: [deps.heart.asyncInvocation(ref, { requestId: uuid(), payload, invokedArn: subscription.endpoint, traceId: traceHeader })] };
}

/** Into the subscription's dead-letter queue, as it would have been delivered; without one it is lost, as on the original. */
async function bury(parcel: Parcel, subscription: Subscription, deps: FanOutDeps): Promise<Sending | undefined> {
  const ref = queueOfArn(subscription.settings.redrive?.targetArn ?? "");
  if (!ref) return undefined;
  const { topic } = parcel;
  if (!(await deps.queues.maySend(ref, { service: SENDER, sourceArn: topic.arn, sourceAccount: topic.account }))) return undefined;
  return deps.queues.delivery(ref, { body: await envelope(parcel, subscription, deps), senderId: SENDER });
}
