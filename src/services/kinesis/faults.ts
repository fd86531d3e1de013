// The answers to what can not be done, in the words of the original where they are known.
import { fault, type Fault } from "../../kernel/fault.ts";
import { shardIdOf, type Stream, type StreamRef } from "../../triggers/streams/stream.ts";

export const invalidArgument = (message: string): Fault => fault("InvalidArgumentException", { message });
export const invalidRequest = (message: string): Fault => fault("ValidationException", { message });
export const inUse = (message: string): Fault => fault("ResourceInUseException", { message });
export const limitExceeded = (message: string): Fault => fault("LimitExceededException", { message });
export const notFound = (message: string): Fault => fault("ResourceNotFoundException", { message });
/** A setting of the original that would do nothing here. */
export const notYet = (what: string): Fault => invalidArgument(`${what} is not supported yet; leave it out`);

export const streamMissing = ({ name, account }: Pick<StreamRef, "name" | "account">): Fault => notFound(`Stream ${name} under account ${account} not found.`);
export const shardMissing = (shardId: string, { name, account }: StreamRef): Fault => notFound(`Could not find shard ${shardId} in stream ${name} under account ${account}.`);
export const noSuchShard = (index: number, { name, account }: StreamRef): Fault => notFound(`Shard ${shardIdOf(index)} in stream ${name} under account ${account} does not exist`);
export const consumerMissing = (consumer: string, { name, account }: StreamRef): Fault => notFound(`Consumer ${consumer} under stream ${name} and account ${account} not found.`);

export const rateExceededText = (shardId: string, { name, account }: StreamRef): string => `Rate exceeded for shard ${shardId} in stream ${name} under account ${account}.`;
export const rateExceeded = (shardId: string, stream: StreamRef): Fault => fault("ProvisionedThroughputExceededException", { message: rateExceededText(shardId, stream) });

export function refuseOnDemand(stream: Stream): void {
  if (stream.mode === "ON_DEMAND") throw invalidRequest(`Request is invalid. Stream ${stream.name} under account ${stream.account} is in On-Demand mode.`);
}

/** Ends a request that only asked whether it would succeed, as EC2 has it: by an error that says so. */
export function endDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) throw fault("DryRunOperationException", { message: "Request would have succeeded, but DryRun flag is set." });
}
