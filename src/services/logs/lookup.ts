// Finds the group and stream a request names, or answers as the original does when they are not there.
import type { LogGroup, LogStream } from "../../functions/logs/log-groups.ts";
import { parseArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { LogsContext } from "./op.ts";

export const groupMissing = (): Fault => fault("ResourceNotFoundException", { message: "The specified log group does not exist." });
export const streamMissing = (): Fault => fault("ResourceNotFoundException", { message: "The specified log stream does not exist." });
export const invalidParameter = (message: string): Fault => fault("InvalidParameterException", { message });
/** A parameter of the original that would do nothing here. */
export const notYet = (parameter: string): Fault => invalidParameter(`${parameter} is not supported yet; leave it out`);

export async function groupNamed(context: LogsContext, name: string): Promise<LogGroup> {
  const group = await context.logs.groups.find(context, name);
  if (!group) throw groupMissing();
  return group;
}

export async function streamNamed(context: LogsContext, group: LogGroup, name: string): Promise<LogStream> {
  const stream = await context.logs.streams.find(group, name);
  if (!stream) throw streamMissing();
  return stream;
}

/** Exactly one of the two ways to name a group: its name, or its name or ARN as the identifier. */
export async function groupGiven(context: LogsContext, name: string | undefined, identifier: string | undefined): Promise<LogGroup> {
  if (name !== undefined && identifier !== undefined) throw invalidParameter("logGroupName and logGroupIdentifier can not be specified together");
  const given = name ?? identifier;
  if (given === undefined) throw invalidParameter("Either logGroupName or logGroupIdentifier must be specified");
  return groupNamed(context, identifier?.startsWith("arn:") ? nameInArn(context, identifier) : given);
}

/** The group's name in its ARN, with or without the final `:*`. */
export function nameInArn(context: LogsContext, text: string): string {
  const arn = parseArn(text);
  const [, name] = /^log-group:([^:]+)(?::\*)?$/.exec(arn?.resource ?? "") ?? [];
  if (arn?.service !== "logs" || name === undefined) throw invalidParameter(`The ARN ${text} is not that of a log group`);
  if (arn.account !== context.account || arn.region !== context.region) throw groupMissing();
  return name;
}
