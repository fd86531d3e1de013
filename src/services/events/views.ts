// Rules and buses as they are shown.
import type { BusRecord, RuleRecord } from "../../triggers/buses/buses.ts";

export const showRule = ({ name, arn, pattern, schedule, enabled, description, role, bus }: RuleRecord) =>
  ({ Name: name, Arn: arn, EventPattern: pattern, ScheduleExpression: schedule, State: enabled ? "ENABLED" : "DISABLED", Description: description, RoleArn: role, EventBusName: bus }) as const;

export const showBus = ({ name, arn, description, policy, createdMs, modifiedMs }: BusRecord) => ({
  Name: name, Arn: arn, Description: description, Policy: policy && JSON.stringify(policy),
  CreationTime: createdMs === undefined ? undefined : new Date(createdMs), LastModifiedTime: modifiedMs === undefined ? undefined : new Date(modifiedMs),
});
