// What becomes of asynchronous events, as callers configure it and see it.
import type { EventInvokeFacts, FunctionRef } from "../../functions/function.ts";
import { functionArn, functionRefIn, parseArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { invalid } from "./faults.ts";
import type { Input, LambdaContext, Output } from "./op.ts";

type Asked = Omit<Input<"PutFunctionEventInvokeConfig">, "FunctionName" | "Qualifier">;

/** Only what the caller named; Faults when a destination can not be. An empty destination takes the one there is away. */
export async function askedFacts(asked: Asked, ref: FunctionRef, context: LambdaContext): Promise<Omit<EventInvokeFacts, "modifiedMs">> {
  const { MaximumRetryAttempts: retriesMax, MaximumEventAgeInSeconds: ageSecondsMax, DestinationConfig } = asked;
  if (retriesMax === undefined && ageSecondsMax === undefined && DestinationConfig === undefined) throw invalid("You must specify at least one of error handling or destination setting.");
  const [onSuccess, onFailure] = [DestinationConfig?.OnSuccess?.Destination, DestinationConfig?.OnFailure?.Destination];
  for (const arn of [onSuccess, onFailure]) if (arn) await requireDestination(arn, { onSuccess, onFailure }, ref, context);
  return {
    ...(retriesMax === undefined ? {} : { retriesMax }),
    ...(ageSecondsMax === undefined ? {} : { ageSecondsMax }),
    ...(DestinationConfig?.OnSuccess === undefined ? {} : { onSuccess: onSuccess ?? "" }),
    ...(DestinationConfig?.OnFailure === undefined ? {} : { onFailure: onFailure ?? "" }),
  };
}

/** The destinations together, as the original prints them. */
interface Destinations {
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
}

const KINDS: ReadonlySet<string> = new Set(["lambda", "sqs", "sns", "events", "s3"]);

async function requireDestination(arn: string, both: Destinations, ref: FunctionRef, context: LambdaContext): Promise<void> {
  const service = parseArn(arn)?.service;
  if (service === undefined || !KINDS.has(service) || (service === "s3" && arn === both.onSuccess)) throw invalid(`The provided destination config ${printed(both)} is invalid.`);
  const target = functionRefIn(arn);
  if (target && target.name === ref.name && target.account === ref.account && target.region === ref.region) throw invalid("You can't specify the function as a destination for itself.");
  const state = await context.heart.destinations.state(arn, context);
  if (state === "unsupported") throw invalid(`The destination ${arn} is a FIFO queue or topic, and these cannot be destinations.`);
  if (state === "missing") throw invalid(`The destination ARN ${arn} is invalid.`);
}

const printed = ({ onSuccess, onFailure }: Destinations): string =>
  `DestinationConfig(onSuccess=${onSuccess ? `OnSuccess(destination=${onSuccess})` : "null"}, onFailure=${onFailure ? `OnFailure(destination=${onFailure})` : "null"})`;

/** The function, and the version or alias if one is named, must be there. */
export async function requireInvokable(ref: FunctionRef, { heart }: LambdaContext): Promise<void> {
  await heart.versionOf(ref).catch(() => {
    throw fault("ResourceNotFoundException", { message: "The function doesn't exist.", Type: "User" });
  });
}

export const noEventInvokeConfig = (ref: FunctionRef): Fault =>
  fault("ResourceNotFoundException", { message: `The function ${functionArn(ref, qualifierOf(ref))} doesn't have an EventInvokeConfig`, Type: "User" });

export const qualifierOf = (ref: FunctionRef): string => ref.qualifier ?? "$LATEST";

export const eventInvokeView = (ref: FunctionRef, { retriesMax, ageSecondsMax, onSuccess, onFailure, modifiedMs }: EventInvokeFacts): Output<"GetFunctionEventInvokeConfig"> => ({
  LastModified: new Date(modifiedMs),
  FunctionArn: functionArn(ref, qualifierOf(ref)),
  ...(retriesMax === undefined ? {} : { MaximumRetryAttempts: retriesMax }),
  ...(ageSecondsMax === undefined ? {} : { MaximumEventAgeInSeconds: ageSecondsMax }),
  DestinationConfig: { OnSuccess: onSuccess ? { Destination: onSuccess } : {}, OnFailure: onFailure ? { Destination: onFailure } : {} },
});
