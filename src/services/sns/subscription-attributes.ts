// A subscription's attributes: read as the original reads them, and shown.
import { parseArn, partitionOf } from "../../kernel/arn.ts";
import { PatternProblem } from "../../kernel/event-pattern/event-pattern.ts";
import { queueOfArn } from "../../triggers/queues/queues.ts";
import { compileFilter } from "../../triggers/topics/filter.ts";
import type { FilterScope, Subscription, SubscriptionProtocol, SubscriptionSettings } from "../../triggers/topics/topics.ts";
import { invalid, notYet } from "./faults.ts";
import type { SnsContext } from "./op.ts";
import type { Attributes } from "./topic-attributes.ts";

const UNBUILT: ReadonlySet<string> = new Set(["DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy"]);
const SCOPES: readonly string[] = ["MessageAttributes", "MessageBody"] satisfies readonly FilterScope[];

export const plainSettings: SubscriptionSettings = { raw: false };

/** Settings with these attributes. Throws for what can not be, or does nothing here. */
export async function changedSettings(context: SnsContext, protocol: SubscriptionProtocol, settings: SubscriptionSettings, attributes: Attributes): Promise<SubscriptionSettings> {
  for (const name of Object.keys(attributes)) {
    if (UNBUILT.has(name)) throw notYet(`The subscription attribute ${name}`);
    if (!["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"].includes(name)) throw invalid("AttributeName");
  }
  const { RawMessageDelivery: raw, FilterPolicy: text, FilterPolicyScope: scope, RedrivePolicy: redrive } = attributes;
  return {
    raw: raw === undefined ? settings.raw : readRaw(raw, protocol),
    ...filterOf(settings, text, scope),
    ...(redrive === undefined ? settings.redrive && { redrive: settings.redrive } : await redriveOf(context, redrive)),
  };
}

function readRaw(text: string, protocol: SubscriptionProtocol): boolean {
  const value = text.toLowerCase();
  if (value !== "true" && value !== "false") throw invalid(`Attributes Reason: RawMessageDelivery: Invalid value [${text}]. Must be true or false.`);
  if (value === "true" && protocol !== "sqs") throw invalid(`Attributes Reason: RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`);
  return value === "true";
}

function filterOf(settings: SubscriptionSettings, text: string | undefined, scope: string | undefined): Pick<SubscriptionSettings, "filter"> {
  if (scope !== undefined && !SCOPES.includes(scope)) throw invalid(`FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`);
  const wanted = text ?? settings.filter?.text;
  // An empty policy takes it away.
  if (wanted === undefined || wanted === "") return {};
  const filter = { text: wanted, scope: (scope as FilterScope | undefined) ?? settings.filter?.scope ?? "MessageAttributes" };
  try {
    compileFilter(filter.text, filter.scope);
  } catch (error) {
    if (error instanceof PatternProblem) throw invalid(`FilterPolicy: ${error.message}`);
    throw error;
  }
  return { filter };
}

async function redriveOf(context: SnsContext, text: string): Promise<Pick<SubscriptionSettings, "redrive">> {
  if (text === "" || text === "{}") return {};
  const targetArn = targetIn(text);
  const ref = queueOfArn(targetArn ?? "");
  if (targetArn === undefined || !ref) throw invalid(`RedrivePolicy: deadLetterTargetArn is an invalid arn`);
  const queue = await context.queues.records.find(ref);
  if (!queue) throw invalid(`RedrivePolicy: deadLetterTargetArn: the queue ${targetArn} does not exist`);
  // Its messages would have no group.
  if (queue.settings.fifo) throw invalid("RedrivePolicy: must use a standard queue as the dead-letter queue of a standard topic");
  return { redrive: { text, targetArn } };
}

function targetIn(text: string): string | undefined {
  try {
    const { deadLetterTargetArn } = JSON.parse(text) as { readonly deadLetterTargetArn?: unknown };
    return typeof deadLetterTargetArn === "string" ? deadLetterTargetArn : undefined;
  } catch {
    throw invalid("RedrivePolicy: failed to parse JSON.");
  }
}

export function showAttributes({ arn, topicArn, owner, protocol, endpoint, settings }: Subscription): Record<string, string> {
  const { raw, filter, redrive } = settings;
  return {
    SubscriptionArn: arn,
    TopicArn: topicArn,
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
    SubscriptionPrincipal: `arn:${partitionOf(parseArn(topicArn)?.region ?? "")}:iam::${owner}:root`,
    ConfirmationWasAuthenticated: "true",
    PendingConfirmation: "false",
    RawMessageDelivery: String(raw),
    ...(filter ? { FilterPolicy: filter.text, FilterPolicyScope: filter.scope } : {}),
    ...(redrive ? { RedrivePolicy: redrive.text } : {}),
  };
}
