// Targets as clients give them, checked as the original checks them, and as they are shown again.
import { functionRefIn, parseArn } from "../../kernel/arn.ts";
import { isJson } from "../../kernel/is-json.ts";
import { limits } from "../../kernel/limits.ts";
import { busOfArn, type Target, type TargetInput } from "../../triggers/buses/buses.ts";
import { namesIn, RESERVED_NAMES } from "../../triggers/buses/input.ts";
import { readPath } from "../../triggers/buses/path.ts";
import { queueOfArn } from "../../triggers/queues/queues.ts";
import { streamOfArn } from "../../triggers/streams/stream.ts";
import { topicOfArn } from "../../triggers/topics/topics.ts";
import { invalid, notYet } from "./faults.ts";
import type { Input } from "./op.ts";

type Given = NonNullable<Input<"PutTargets">["Targets"]>[number];

/** Parameters of targets that are not here. */
const UNBUILT = ["RunCommandParameters", "EcsParameters", "BatchParameters", "HttpParameters", "RedshiftDataParameters", "SageMakerPipelineParameters", "AppSyncParameters"] as const;

export function readTarget(given: Given): Target {
  const { Id: id = "", Arn: arn = "", RoleArn: role, SqsParameters, KinesisParameters, DeadLetterConfig, RetryPolicy } = given;
  for (const name of UNBUILT) if (given[name]) throw notYet(`${name} of targets`);
  checkArn(arn);
  const queue = queueOfArn(arn);
  const fifo = queue?.name.endsWith(".fifo") === true;
  const groupId = SqsParameters?.MessageGroupId;
  if (fifo && groupId === undefined) throw invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  if (SqsParameters && !fifo) throw invalid(`Parameter(s) SqsParameters not valid for target: ${id}.`);
  const keyPath = KinesisParameters?.PartitionKeyPath;
  if (keyPath !== undefined && !readPath(keyPath)) throw invalid(`Parameter PartitionKeyPath is not valid. Reason: it is no JSON path.`);
  if (KinesisParameters && !streamOfArn(arn)) throw invalid(`Parameter(s) KinesisParameters not valid for target: ${id}.`);
  const deadLetterArn = DeadLetterConfig?.Arn;
  if (deadLetterArn !== undefined && (!queueOfArn(deadLetterArn) || deadLetterArn.endsWith(".fifo"))) throw invalid(`Parameter DeadLetterConfig.Arn is not valid. Reason: ${deadLetterArn} is not the ARN of a standard SQS queue.`);
  const { MaximumRetryAttempts: attemptsMax, MaximumEventAgeInSeconds: ageSecondsMax } = RetryPolicy ?? {};
  const input = inputOf(given);
  return {
    id, arn,
    ...(role !== undefined && { role }), ...(input && { input }), ...(groupId !== undefined && { groupId }), ...(keyPath !== undefined && { partitionKeyPath: keyPath }), ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(RetryPolicy && { retry: { ...(attemptsMax !== undefined && { attemptsMax }), ...(ageSecondsMax !== undefined && { ageSecondsMax }) } }),
  };
}

function checkArn(arn: string): void {
  if (functionRefIn(arn) ?? queueOfArn(arn) ?? topicOfArn(arn) ?? streamOfArn(arn) ?? busOfArn(arn)) return;
  const service = parseArn(arn)?.service;
  if (service === undefined || ["lambda", "sqs", "sns", "kinesis"].includes(service)) throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  throw notYet(`A target of ${service}`);
}

function inputOf({ Id: id = "", Input: constant, InputPath: path, InputTransformer: transformer }: Given): TargetInput | undefined {
  if ([constant, path, transformer].filter((each) => each !== undefined).length > 1) throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  if (constant !== undefined) {
    if (!isJson(constant)) throw invalid(`JSON syntax error in input for target ${id}`);
    return { kind: "constant", text: constant };
  }
  if (path !== undefined) {
    if (!readPath(path)) throw invalid(`Parameter InputPath is not valid for target ${id}. Reason: it is no JSON path.`);
    return { kind: "path", path };
  }
  return transformer && templateOf(id, transformer);
}

function templateOf(id: string, { InputPathsMap = {}, InputTemplate: template = "" }: NonNullable<Given["InputTransformer"]>): TargetInput {
  const paths = InputPathsMap as Readonly<Record<string, string>>;
  for (const [name, path] of Object.entries(paths)) {
    if (/^aws\.events\b/i.test(name)) throw invalid(`Parameter InputPathsMap is not valid for target ${id}. Reason: the name ${name} is reserved.`);
    if (!readPath(path)) throw invalid(`Parameter InputPathsMap is not valid for target ${id}. Reason: ${path} is no JSON path.`);
  }
  const known = new Set<string>([...Object.keys(paths), ...RESERVED_NAMES]);
  const unknown = namesIn(template).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`InputTemplate for target ${id} contains invalid placeholder ${unknown}.`);
  return { kind: "template", paths, template };
}

/** Adds and replaces by id. */
export function mergeTargets(there: readonly Target[], added: readonly Target[]): readonly Target[] {
  return [...new Map([...there, ...added].map((target) => [target.id, target])).values()];
}

export const fitsRule = (targets: readonly Target[]): boolean => targets.length <= limits.events.targetsMax;

export const showTarget = ({ id, arn, role, input, groupId, partitionKeyPath, deadLetterArn, retry }: Target): Given => ({
  Id: id, Arn: arn, RoleArn: role,
  Input: input?.kind === "constant" ? input.text : undefined,
  InputPath: input?.kind === "path" ? input.path : undefined,
  InputTransformer: input?.kind === "template" ? { InputPathsMap: Object.keys(input.paths).length > 0 ? { ...input.paths } : undefined, InputTemplate: input.template } : undefined,
  SqsParameters: groupId === undefined ? undefined : { MessageGroupId: groupId },
  KinesisParameters: partitionKeyPath === undefined ? undefined : { PartitionKeyPath: partitionKeyPath },
  DeadLetterConfig: deadLetterArn === undefined ? undefined : { Arn: deadLetterArn },
  RetryPolicy: retry && { MaximumRetryAttempts: retry.attemptsMax, MaximumEventAgeInSeconds: retry.ageSecondsMax },
});
