// From one event to the writes that reach every target of every rule that wants it, all of them in one commit: either everybody has it, or nobody.
import type { Heart } from "../../functions/heart.ts";
import { functionRefIn } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import { isJson } from "../../kernel/is-json.ts";
import { placeName } from "../../kernel/place-name.ts";
import type { Check, Write } from "../../ports/store.ts";
import { queueOfArn, type MessageAttribute, type Queues, type Sender, type Sending } from "../queues/queues.ts";
import type { Streams } from "../streams/open-streams.ts";
import { streamOfArn } from "../streams/stream.ts";
import { topicOfArn, type Topics } from "../topics/topics.ts";
import { busOfArn, type Buses, type BusRef, type RuleRecord, type Target } from "./buses.ts";
import type { Envelope } from "./envelope.ts";
import { inputOf } from "./input.ts";
import { readPath } from "./path.ts";

export interface FanOutDeps {
  readonly queues: Pick<Queues, "maySend" | "delivery" | "records">;
  readonly heart: Pick<Heart, "mayInvoke" | "versionOf" | "asyncInvocation">;
  readonly streams: Pick<Streams, "planPut">;
  /** Opened when they are first needed. */
  readonly topics: () => Promise<Pick<Topics, "mayPublish" | "delivery" | "records">>;
  readonly rulesOf: (bus: BusRef) => Promise<readonly Rule[] | undefined>;
  readonly mayPut: Buses["mayPut"];
}

export interface Rule {
  readonly record: RuleRecord;
  readonly wants: (event: Envelope) => boolean;
}

/** Who sends; receivers see it as the message's sender. */
const SENDER = "events.amazonaws.com";

/** Why a target was not reached, as the original names it in its dead letters. */
interface Failure {
  readonly code: "NO_PERMISSIONS" | "NO_RESOURCE" | "INVALID_PARAMETER" | "INVALID_JSON";
  readonly message: string;
}

const missing = (target: Target): Failure => ({ code: "NO_RESOURCE", message: `The target ${target.arn} does not exist.` });
const forbidden = (target: Target, rule: RuleRecord): Failure => ({ code: "NO_PERMISSIONS", message: `The policy of ${target.arn} does not let ${SENDER} in for ${rule.arn}.` });

/** Undefined when the bus is not there. `seen`: buses that the event has passed, none of which it enters again. */
export async function fanOut(envelope: Envelope, bus: BusRef, deps: FanOutDeps, seen: ReadonlySet<string> = new Set()): Promise<Sending | undefined> {
  const rules = await deps.rulesOf(bus);
  if (!rules) return undefined;
  const path = new Set([...seen, placeName(bus)]);
  return gather(rules.filter(({ record, wants }) => record.enabled && wants(envelope)).map(({ record }) => reach(envelope, record, deps, path)));
}

/** To every target of one rule. */
export const reach = async (envelope: Envelope, rule: RuleRecord, deps: FanOutDeps, seen: ReadonlySet<string>): Promise<Sending> =>
  gather(
    rule.targets.map(async (target) => {
      const sent = await deliver(envelope, rule, target, deps, seen);
      return "code" in sent ? bury(sent, envelope, rule, target, deps) : sent;
    }),
  );

async function gather(sendings: readonly Promise<Sending>[]): Promise<Sending> {
  const all = await Promise.all(sendings);
  const checks: Check[] = all.flatMap((sending) => sending.checks);
  const writes: Write[] = all.flatMap((sending) => sending.writes);
  return { checks, writes };
}

const NOTHING: Sending = { checks: [], writes: [] };

async function deliver(envelope: Envelope, rule: RuleRecord, target: Target, deps: FanOutDeps, seen: ReadonlySet<string>): Promise<Sending | Failure> {
  const { arn } = target;
  const by: Sender = { service: SENDER, sourceArn: rule.arn, sourceAccount: rule.account };
  const { traceHeader } = envelope.event;
  const body = (): string => inputOf(target.input, envelope, rule);

  const functionRef = functionRefIn(arn);
  if (functionRef) {
    if (!(await deps.heart.versionOf(functionRef).then(() => true, () => false))) return missing(target);
    if (!(await deps.heart.mayInvoke(functionRef, by))) return forbidden(target, rule);
    const event = body();
    if (target.input?.kind === "template" && !isJson(event)) return { code: "INVALID_JSON", message: `The template of the target ${target.id} made no JSON, which functions need.` };
    return { checks: [], writes: [deps.heart.asyncInvocation(functionRef, { requestId: uuid(), payload: Buffer.from(event), invokedArn: arn, traceId: traceHeader })] };
  }
  const queueRef = queueOfArn(arn);
  if (queueRef) {
    const queue = await deps.queues.records.find(queueRef);
    if (!queue) return missing(target);
    if (!(await deps.queues.maySend(queueRef, by))) return forbidden(target, rule);
    const { fifo } = queue.settings;
    if (fifo && (target.groupId === undefined || !fifo.contentDedup)) return { code: "INVALID_PARAMETER", message: `The FIFO queue ${arn} needs a MessageGroupId and content-based deduplication.` };
    return (await deps.queues.delivery(queueRef, { body: body(), senderId: SENDER, ...(fifo && target.groupId !== undefined && { groupId: target.groupId }), ...(traceHeader !== undefined && { traceHeader }) })) ?? missing(target);
  }
  const topicRef = topicOfArn(arn);
  if (topicRef) {
    const topics = await deps.topics();
    if (!(await topics.records.find(topicRef))) return missing(target);
    if (!(await topics.mayPublish(topicRef, by))) return forbidden(target, rule);
    return (await topics.delivery(topicRef, { message: body(), ...(traceHeader !== undefined && { traceHeader }) })) ?? missing(target);
  }
  const streamRef = streamOfArn(arn);
  if (streamRef) {
    const key = readPath(target.partitionKeyPath ?? "$.id")?.(envelope.value);
    const plan = await deps.streams.planPut(streamRef, [{ partitionKey: typeof key === "string" && key !== "" ? key : envelope.event.id, data: Buffer.from(body()) }]);
    return plan ?? missing(target);
  }
  const bus = busOfArn(arn);
  if (!bus) return missing(target);
  if (seen.has(placeName(bus))) return NOTHING;
  if (bus.account !== rule.account && !(await deps.mayPut(bus, { kind: "service", sender: by })) && !(await deps.mayPut(bus, { kind: "account", account: rule.account }))) return forbidden(target, rule);
  return (await fanOut(envelope, bus, deps, seen)) ?? missing(target);
}

/** Into the target's dead-letter queue, with what went wrong; without one it is lost, as on the original. */
async function bury({ code, message }: Failure, envelope: Envelope, rule: RuleRecord, target: Target, deps: FanOutDeps): Promise<Sending> {
  const queue = queueOfArn(target.deadLetterArn ?? "");
  if (!queue || !(await deps.queues.maySend(queue, { service: SENDER, sourceArn: rule.arn, sourceAccount: rule.account }))) return NOTHING;
  const attributes: Readonly<Record<string, MessageAttribute>> = Object.fromEntries(
    Object.entries({ RULE_ARN: rule.arn, TARGET_ARN: target.arn, ERROR_CODE: code, ERROR_MESSAGE: message }).map(([name, text]) => [name, { type: "String", text }]),
  );
  return (await deps.queues.delivery(queue, { body: inputOf(target.input, envelope, rule), senderId: SENDER, attributes })) ?? NOTHING;
}
