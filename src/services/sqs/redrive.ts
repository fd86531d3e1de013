// Dead letters: the two policies as documents, and whether a source may use a target.
import { isObject } from "../../kernel/is-object.ts";
import { limits } from "../../kernel/limits.ts";
import { queueOfArn, type QueueRef, type QueueSettings } from "../../triggers/queues/queues.ts";
import { invalidValue } from "./faults.ts";
import type { SqsContext } from "./op.ts";

type Redrive = NonNullable<QueueSettings["redrive"]>;
type RedriveAllow = NonNullable<QueueSettings["redriveAllow"]>;

const SOURCES_MAX = 10;

export function readRedrive(text: string): Redrive {
  const refuse = (reason: string) => invalidValue(text, "RedrivePolicy", reason);
  const document = parse(text);
  if (!document) throw refuse("Redrive policy is not a valid JSON map.");
  const { deadLetterTargetArn: targetArn, maxReceiveCount: count } = document;
  if (targetArn === undefined) throw refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  if (count === undefined) throw refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (typeof targetArn !== "string" || !queueOfArn(targetArn)) throw refuse("Invalid value for deadLetterTargetArn.");
  const receivesMax = typeof count === "number" ? count : Number(String(count).trim() || Number.NaN);
  if (!Number.isInteger(receivesMax) || receivesMax < 1 || receivesMax > limits.sqs.receivesMax)
    throw refuse(`Invalid value for maxReceiveCount: ${String(count)}, valid values are from 1 to ${limits.sqs.receivesMax} both inclusive.`);
  return { text, targetArn, receivesMax };
}

export function readRedriveAllow(text: string): RedriveAllow {
  const refusal = invalidValue(text, "RedriveAllowPolicy", "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.");
  const document = parse(text);
  const { redrivePermission: permission, sourceQueueArns: sources = [] } = document ?? {};
  if (permission !== "allowAll" && permission !== "denyAll" && permission !== "byQueue") throw refusal;
  if (!Array.isArray(sources) || !sources.every((arn) => typeof arn === "string" && queueOfArn(arn))) throw refusal;
  if ((permission === "byQueue") !== sources.length > 0 || sources.length > SOURCES_MAX) throw refusal;
  return { text, permission, sourceArns: sources };
}

/** Throws unless the target is there, of the same kind, place and account, and lets this queue use it. */
export async function checkTarget({ queues }: Pick<SqsContext, "queues">, source: QueueRef & { readonly arn: string }, { redrive, fifo }: QueueSettings): Promise<void> {
  if (!redrive) return;
  const refuse = (reason: string) => invalidValue(redrive.text, "RedrivePolicy", reason);
  const ref = queueOfArn(redrive.targetArn);
  const target = ref && (await queues.records.find(ref));
  if (!target) throw refuse("Dead letter target does not exist.");
  if (target.account !== source.account || target.region !== source.region) throw refuse("Dead-letter queue must be in the same account and region as the source.");
  if ((target.settings.fifo === undefined) !== (fifo === undefined)) throw refuse("Dead-letter queue must be same type of queue as the source.");
  const { permission = "allowAll", sourceArns = [] } = target.settings.redriveAllow ?? {};
  if (permission === "denyAll" || (permission === "byQueue" && !sourceArns.includes(source.arn))) throw refuse("The redrive allow policy of the dead-letter queue does not allow this source queue.");
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}
