// A bucket's notification configuration: read from its document, judged as S3 judges it, and shown again.
import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { functionRefIn, parseArn } from "../../kernel/arn.ts";
import { fault } from "../../kernel/fault.ts";
import { uuid } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import { invalidArgument, malformedXml } from "./errors.ts";
import { arnOf, refusalOf } from "./destinations.ts";
import { overlap } from "./notification-match.ts";
import { queueOfArn } from "../../triggers/queues/queues.ts";
import { topicOfArn } from "../../triggers/topics/topics.ts";
import type { S3Context } from "./op.ts";
import type { BucketRecord, NotificationRule, NotificationTarget } from "./records.ts";

const supportedEvents = new Set([
  "s3:ReducedRedundancyLostObject", "s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated",
  "s3:ObjectRestore:*", "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:Replication:*",
  "s3:Replication:OperationFailedReplication", "s3:Replication:OperationNotTracked", "s3:Replication:OperationMissedThreshold",
  "s3:Replication:OperationReplicatedAfterThreshold", "s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectAcl:Put",
  "s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete", "s3:LifecycleExpiration:DeleteMarkerCreated", "s3:ObjectTagging:*",
  "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete",
]);

type LambdaConfiguration = NonNullable<NotificationConfiguration["LambdaFunctionConfigurations"]>[number];
type TopicConfiguration = NonNullable<NotificationConfiguration["TopicConfigurations"]>[number];
type QueueConfiguration = NonNullable<NotificationConfiguration["QueueConfigurations"]>[number];
/** What the configurations of all kinds have in common. */
type Configuration = Pick<LambdaConfiguration, "Id" | "Events" | "Filter">;

function filtersOf({ Filter }: Configuration): NotificationRule["filters"] {
  const rules = Filter?.Key?.FilterRules;
  if (!rules || rules.length === 0) return undefined;
  const filters = rules.map(({ Name, Value }) => {
    const name = Name?.toLowerCase();
    if (name !== "prefix" && name !== "suffix") throw invalidArgument("filter rule name must be either prefix or suffix", "FilterRule.Name", Name);
    if (Value === undefined) throw malformedXml();
    if (Value.length > limits.s3.keyBytesMax) throw invalidArgument("filter value too long", "FilterRule.Value", Value);
    return { name, value: Value } as const;
  });
  for (const name of ["prefix", "suffix"] as const) {
    if (filters.filter((filter) => filter.name === name).length > 1) {
      throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`, "FilterRule.Name", name);
    }
  }
  return filters;
}

function ruleOf(configuration: Configuration): NotificationRule {
  const { Id, Events } = configuration;
  if (Events === undefined || Events.length === 0) throw malformedXml();
  for (const event of Events) {
    if (!supportedEvents.has(event)) throw invalidArgument("The event is not supported for notifications", "Event", event);
  }
  const filters = filtersOf(configuration);
  return { id: Id || uuid(), events: Events, ...(filters && { filters }) };
}

function lambdaTarget(configuration: LambdaConfiguration): NotificationTarget {
  const { LambdaFunctionArn: arn } = configuration;
  if (arn === undefined) throw malformedXml();
  if (!functionRefIn(arn)) throw invalidArgument("The ARN could not be parsed", "CloudFunction", arn);
  return { ...ruleOf(configuration), functionArn: arn };
}

function queueTarget(configuration: QueueConfiguration): NotificationTarget {
  const { QueueArn: arn } = configuration;
  if (arn === undefined) throw malformedXml();
  if (!queueOfArn(arn)) throw invalidArgument("The ARN could not be parsed", "Queue", arn);
  return { ...ruleOf(configuration), queueArn: arn };
}

function topicTarget(configuration: TopicConfiguration): NotificationTarget {
  const { TopicArn: arn } = configuration;
  if (arn === undefined) throw malformedXml();
  if (!topicOfArn(arn)) throw invalidArgument("The ARN could not be parsed", "Topic", arn);
  return { ...ruleOf(configuration), topicArn: arn };
}

/** The targets of a document. Throws what S3 answers to a wrong one. */
export function parseConfiguration(configuration: NotificationConfiguration | undefined): readonly NotificationTarget[] {
  if (!configuration) throw malformedXml();
  const targets = [...(configuration.LambdaFunctionConfigurations ?? []).map(lambdaTarget), ...(configuration.QueueConfigurations ?? []).map(queueTarget), ...(configuration.TopicConfigurations ?? []).map(topicTarget)];
  if (targets.length > limits.s3.notificationConfigsMax) {
    throw fault("TooManyConfigurations", { message: `You are attempting to create a new configuration but have already reached the ${limits.s3.notificationConfigsMax}-configuration limit.`, status: 400 });
  }
  if (new Set(targets.map((target) => target.id)).size !== targets.length) {
    throw invalidArgument("Same ID used for multiple configurations", "Id", targets.find((target, at) => targets.findIndex((other) => other.id === target.id) !== at)?.id);
  }
  targets.forEach((target, at) => {
    if (targets.slice(0, at).some((earlier) => overlap(earlier, target))) {
      throw fault("InvalidArgument", { message: "Configurations overlap. Configurations on the same bucket cannot share a common event type.", status: 400 });
    }
  });
  return targets;
}

/** Throws InvalidArgument listing every target that does not let S3 in for the bucket, or that is not there. */
export async function checkDestinations(context: Pick<S3Context, "heart" | "queues" | "topics">, bucket: BucketRecord, targets: readonly NotificationTarget[]): Promise<void> {
  for (const target of targets) {
    if (parseArn(arnOf(target))?.region !== bucket.region) {
      throw invalidArgument("The notification destination service region is not valid for the bucket location constraint", "Arn", arnOf(target));
    }
  }
  const reasons = await Promise.all(targets.map((target) => refusalOf(context, bucket, target)));
  const refused = targets.flatMap((target, at) => (reasons[at] === undefined ? [] : [{ arn: arnOf(target), reason: reasons[at] }]));
  if (refused.length === 0) return;
  const members: Record<string, string> = {};
  refused.forEach(({ arn, reason }, at) => {
    members[`ArgumentName${at + 1}`] = `${arn}, null`;
    members[`ArgumentValue${at + 1}`] = reason;
  });
  throw fault("InvalidArgument", { message: "Unable to validate the following destination configurations", status: 400, ...members });
}

const RULE_NAMES = { prefix: "Prefix", suffix: "Suffix" } as const;

/** The document GetBucketNotificationConfiguration shows. */
export function showConfiguration({ notifications: targets, tellsBus }: Pick<BucketRecord, "notifications" | "tellsBus">): NotificationConfiguration {
  const shown: { EventBridgeConfiguration?: object; LambdaFunctionConfigurations?: LambdaConfiguration[]; QueueConfigurations?: QueueConfiguration[]; TopicConfigurations?: TopicConfiguration[] } = {};
  for (const target of targets ?? []) {
    if ("functionArn" in target) (shown.LambdaFunctionConfigurations ??= []).push({ Id: target.id, LambdaFunctionArn: target.functionArn, ...showRule(target) });
    else if ("topicArn" in target) (shown.TopicConfigurations ??= []).push({ Id: target.id, TopicArn: target.topicArn, ...showRule(target) });
    else (shown.QueueConfigurations ??= []).push({ Id: target.id, QueueArn: target.queueArn, ...showRule(target) });
  }
  if (tellsBus) shown.EventBridgeConfiguration = {};
  return shown;
}

const showRule = ({ events, filters }: NotificationRule): Pick<LambdaConfiguration, "Events" | "Filter"> => ({
  Events: [...events] as LambdaConfiguration["Events"],
  // S3 shows the names capitalised however they were sent. The SDK's type knows only the lower-case ones.
  ...(filters && { Filter: { Key: { FilterRules: filters.map(({ name, value }) => ({ Name: RULE_NAMES[name] as string as "prefix", Value: value })) } } }),
});
