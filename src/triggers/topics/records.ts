// Topics and subscriptions on record. The subscriptions of a topic lie beside each other, so that a publication reads them in one go.
import { partitionOf } from "../../kernel/arn.ts";
import type { Clock } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/ids.ts";
import { allBelow, type Change, del, type Entry, type Key, set, type Store, transact, unchanged } from "../../ports/store.ts";
import type { Subscription, SubscriptionRecords, TopicRecord, TopicRecords, TopicRef } from "./topics.ts";

const TOPICS: Key = ["topics", "record"];
const SUBSCRIPTIONS: Key = ["topics", "subscription"];

const topicKey = ({ account, region, name }: TopicRef): Key => [...TOPICS, account, region, name];
const subscriptionsKey = ({ account, region, name }: TopicRef): Key => [...SUBSCRIPTIONS, account, region, name];

export interface RecordsDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
}

const nothing = { checks: [], writes: [] };

export function topicRecords({ store, clock }: RecordsDeps): TopicRecords {
  return {
    find: async (ref) => (await store.get<TopicRecord>(topicKey(ref)))?.value,
    create: ({ account, region, name }, settings, tags) =>
      transact(store, async (): Promise<Change<Awaited<ReturnType<TopicRecords["create"]>>>> => {
        const key = topicKey({ account, region, name });
        const entry = await store.get<TopicRecord>(key);
        if (entry) return { ...nothing, result: { created: false, topic: entry.value } };
        const topic: TopicRecord = { account, region, name, arn: `arn:${partitionOf(region)}:sns:${region}:${account}:${name}`, createdMs: clock.now(), settings, tags };
        return { checks: [unchanged(key, undefined)], writes: [set(key, topic)], result: { created: true, topic } };
      }),
    list: async ({ account, region }, afterName, limit) => {
      const prefix = [...TOPICS, account, region];
      return (await store.list<TopicRecord>({ prefix, ...(afterName === undefined ? {} : { after: [...prefix, afterName] }), limit })).map(({ value }) => value);
    },
    change: (ref, decide) =>
      transact(store, async (): Promise<Change<TopicRecord | undefined>> => {
        const entry = await store.get<TopicRecord>(topicKey(ref));
        if (!entry) return { ...nothing, result: undefined };
        const topic = { ...entry.value, ...decide(entry.value) };
        return { checks: [unchanged(entry.key, entry)], writes: [set(entry.key, topic)], result: topic };
      }),
    remove: (ref) =>
      transact(store, async (): Promise<Change<void>> => {
        const entry = await store.get<TopicRecord>(topicKey(ref));
        if (!entry) return { ...nothing, result: undefined };
        // Each subscription checks that the topic is as it was: none can slip in between.
        const subscriptions = await allOf(store, ref);
        return { checks: [unchanged(entry.key, entry), ...subscriptions.map((each) => unchanged(each.key, each))], writes: [del(entry.key), ...subscriptions.map(({ key }) => del(key))], result: undefined };
      }),
  };
}

export function subscriptionRecords({ store }: RecordsDeps): SubscriptionRecords {
  return {
    create: (ref, { owner, protocol, endpoint, settings }) =>
      transact(store, async (): Promise<Change<Awaited<ReturnType<SubscriptionRecords["create"]>>>> => {
        const topic = await store.get<TopicRecord>(topicKey(ref));
        if (!topic) return { ...nothing, result: undefined };
        const known = (await allOf(store, ref)).find(({ value }) => value.protocol === protocol && value.endpoint === endpoint);
        if (known) return { ...nothing, result: { created: false, subscription: known.value } };
        const id = uuid();
        const subscription: Subscription = { id, arn: `${topic.value.arn}:${id}`, topicArn: topic.value.arn, owner, protocol, endpoint, settings };
        const key = [...subscriptionsKey(ref), id];
        // The topic is written as it is, so that two equal subscriptions at once meet at its version, and a deletion sees both.
        return { checks: [unchanged(topic.key, topic), unchanged(key, undefined)], writes: [set(topic.key, topic.value), set(key, subscription)], result: { created: true, subscription } };
      }),
    find: async (ref, id) => (await store.get<Subscription>([...subscriptionsKey(ref), id]))?.value,
    change: (ref, id, decide) =>
      transact(store, async (): Promise<Change<Subscription | undefined>> => {
        const entry = await store.get<Subscription>([...subscriptionsKey(ref), id]);
        if (!entry) return { ...nothing, result: undefined };
        const subscription = { ...entry.value, settings: await decide(entry.value) };
        return { checks: [unchanged(entry.key, entry)], writes: [set(entry.key, subscription)], result: subscription };
      }),
    remove: async (ref, id) => void (await store.commit([], [del([...subscriptionsKey(ref), id])])),
    list: async (of, after, limit) => {
      const prefix = "name" in of ? subscriptionsKey(of) : [...SUBSCRIPTIONS, of.account, of.region];
      const found = await store.list<Subscription>({ prefix, ...(after === undefined ? {} : { after: [...SUBSCRIPTIONS, ...after.split("/")] }), limit });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { subscriptions: found.map(({ value }) => value), next: last?.key.slice(SUBSCRIPTIONS.length).join("/") };
    },
    count: async (ref) => (await allOf(store, ref)).length,
  };
}

/** All subscriptions of a topic. */
export const allOf = (store: Pick<Store, "list">, ref: TopicRef): Promise<readonly Entry<Subscription>[]> => allBelow<Subscription>(store, subscriptionsKey(ref));

/** Calls back with the topic when it or one of its subscriptions was changed; the returned function ends it. */
export function watchTopics(store: Pick<Store, "watch">, listener: (ref: TopicRef) => void): () => void {
  const ends = [TOPICS, SUBSCRIPTIONS].map((root) => store.watch(root, ([, , account, region, name]) => listener({ account: String(account), region: String(region), name: String(name) })));
  return () => {
    for (const end of ends) end();
  };
}
