// Where events go that a function could not handle.
import { parseArn } from "../../kernel/arn.ts";
import { invalid, notYet } from "./faults.ts";
import type { LambdaContext } from "./op.ts";

/** Nothing when the caller named none; an empty ARN takes the one there is away. */
export async function deadLetterOf(asked: { readonly TargetArn?: string | undefined } | undefined, context: LambdaContext): Promise<{ readonly deadLetter?: string | undefined }> {
  if (asked === undefined) return {};
  const arn = asked.TargetArn;
  if (!arn) return { deadLetter: undefined };
  const service = parseArn(arn)?.service;
  if (service !== "sqs" && service !== "sns") throw invalid(`The dead letter queue ${arn} is neither an SQS queue nor an SNS topic.`);
  const state = await context.heart.destinations.state(arn, context);
  if (state === "unsupported") throw notYet("DeadLetterConfig to a FIFO queue or topic");
  if (state === "missing") throw invalid(`The dead letter queue ${arn} does not exist.`);
  return { deadLetter: arn };
}
