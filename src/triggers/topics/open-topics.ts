// Opens the topics: records, who has subscribed (in memory while it is asked for), and publishing.
import type { Clock } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/ids.ts";
import { placeName } from "../../kernel/place-name.ts";
import { policyAllows } from "../../kernel/policy.ts";
import { type Change, type Store, transact } from "../../ports/store.ts";
import { keepReads } from "../kept-reads.ts";
import type { Parcel } from "./envelope.ts";
import { fanOut, type FanOutDeps, type Subscriber } from "./fan-out.ts";
import { compileFilter } from "./filter.ts";
import { policyOf } from "./policy.ts";
import { allOf, subscriptionRecords, topicRecords, watchTopics } from "./records.ts";
import { openSigner } from "./signing.ts";
import type { Publication, TopicRecord, TopicRef, Topics } from "./topics.ts";

export interface TopicsDeps extends Omit<FanOutDeps, "signer"> {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
}

/** Ours: topics whose subscribers are kept in memory. */
const KEPT_MAX = 1000;

export function openTopics(deps: TopicsDeps): Topics {
  const { store, clock } = deps;
  const records = topicRecords(deps);
  const signer = openSigner(deps);
  const kept = { topics: keepReads<TopicRecord>(KEPT_MAX), subscribers: keepReads<readonly Subscriber[]>(KEPT_MAX) };
  const unwatch = watchTopics(store, (ref) => {
    kept.topics.forget(placeName(ref));
    kept.subscribers.forget(placeName(ref));
  });
  const find = (ref: TopicRef): Promise<TopicRecord | undefined> => kept.topics.read(placeName(ref), () => records.find(ref));
  const subscribersOf = async (ref: TopicRef): Promise<readonly Subscriber[]> =>
    (await kept.subscribers.read(placeName(ref), async () =>
      (await allOf(store, ref)).map(({ value: subscription }): Subscriber => {
        const { filter } = subscription.settings;
        return { subscription, wants: filter ? compileFilter(filter.text, filter.scope) : () => true };
      }))) ?? [];
  const parcelOf = (topic: TopicRecord, publication: Publication): Parcel => ({ topic, publication, messageId: uuid(), nowMs: clock.now(), signed: new Map() });

  return {
    records: { ...records, find },
    subscriptions: subscriptionRecords(deps),
    publish: async (topic, publications) => {
      const parcels = publications.map((publication) => parcelOf(topic, publication));
      await transact(store, async (): Promise<Change<void>> => ({ ...(await fanOut(parcels, await subscribersOf(topic), { ...deps, signer })), result: undefined }));
      return parcels.map(({ messageId }) => messageId);
    },
    delivery: async (ref, publication) => {
      const topic = await find(ref);
      return topic && fanOut([parcelOf(topic, publication)], await subscribersOf(ref), { ...deps, signer });
    },
    mayPublish: async (ref, { service, sourceArn, sourceAccount }) => {
      const topic = await find(ref);
      const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount };
      return topic !== undefined && policyAllows(policyOf(topic).Statement, { action: "sns:Publish", resource: topic.arn, service, context });
    },
    certificate: (name) => signer.certificate(name),
    [Symbol.dispose]: unwatch,
  };
}
