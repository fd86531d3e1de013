// What a mapping needs around it before it is made or changed: its function, its source, and where its failures go.
import type { FunctionRef, Version } from "../../functions/function.ts";
import { parseArn } from "../../kernel/arn.ts";
import type { MappingSettings, SourceKind } from "../../triggers/mappings/mapping.ts";
import { queueOfArn } from "../../triggers/queues/queues.ts";
import { invalid } from "./faults.ts";
import type { LambdaContext } from "./op.ts";

/** The function as it would run now. */
export async function requireMapped(ref: FunctionRef, { heart }: LambdaContext): Promise<Version> {
  return heart.versionOf(ref).catch(() => {
    throw invalid("Function does not exist");
  });
}

export function requireNear(sourceArn: string, { account, region }: LambdaContext): void {
  const source = parseArn(sourceArn);
  if (source?.region !== region) throw invalid(`The event source ${sourceArn} and the function must be in the same region (${region}).`);
  if (source.account !== account) throw invalid(`Event sources of other accounts are not supported by Fugaz yet: ${sourceArn}.`);
}

/** Of a queue: it is there, and hides its messages for as long as the function may take. */
export async function requireSource(kind: SourceKind, sourceArn: string, version: Version, { queues }: LambdaContext): Promise<void> {
  if (kind !== "sqs") return;
  const ref = queueOfArn(sourceArn);
  const queue = ref && (await queues.records.find(ref));
  if (!queue) throw invalid("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.");
  const { visibilitySeconds } = queue.settings;
  const timeoutSeconds = version.settings.timeoutMs / 1000;
  if (visibilitySeconds < timeoutSeconds) throw invalid(`Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`);
}

export async function requireFailureDestination({ stream }: MappingSettings, context: LambdaContext): Promise<void> {
  const arn = stream?.onFailure;
  if (arn === undefined) return;
  const service = parseArn(arn)?.service;
  if (service === undefined || !KINDS.has(service)) throw invalid(`The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=${arn})) is invalid.`);
  const state = await context.heart.destinations.state(arn, context);
  if (state === "unsupported") throw invalid(`The destination ${arn} is a FIFO queue or topic, and these cannot be destinations.`);
  if (state === "missing") throw invalid(`The destination ARN ${arn} is invalid.`);
}

/** Functions are one more than the original takes. */
const KINDS: ReadonlySet<string> = new Set(["sqs", "sns", "s3", "lambda"]);
