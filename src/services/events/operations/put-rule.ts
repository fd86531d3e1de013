// PutRule: made or replaced; targets stay.
import { readSchedule } from "../../../kernel/schedule/schedule.ts";
import { limits } from "../../../kernel/limits.ts";
import { DEFAULT_BUS } from "../../../triggers/buses/buses.ts";
import { busMissing, invalid, notYet, tooMany } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { readPattern } from "../patterns.ts";
import { addTags } from "../tags.ts";

export const putRule: Op<"PutRule"> = async ({ Name: name = "", ScheduleExpression: schedule, EventPattern, State, Description: description, RoleArn: role, Tags, EventBusName }, context) => {
  if (State === "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") throw notYet("State ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
  const pattern = EventPattern === "" ? undefined : EventPattern;
  if (pattern === undefined && !schedule) throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  const bus = await busAt(context, EventBusName);
  if (schedule) {
    if (bus.name !== DEFAULT_BUS) throw invalid("ScheduleExpression is supported only on the default event bus.");
    if (!readSchedule(schedule)) throw invalid("Parameter ScheduleExpression is not valid.");
  }
  if (pattern !== undefined) readPattern(pattern);
  const { account, buses } = context;
  const there = await buses.rules.list(bus);
  if (there.length >= limits.events.rulesMax && !there.some((rule) => rule.name === name)) throw tooMany();
  const settings = { enabled: State !== "DISABLED", ...(pattern !== undefined && { pattern }), ...(schedule && { schedule }), ...(description !== undefined && { description }), ...(role !== undefined && { role }) };
  const rule = await buses.rules.put(bus, name, settings, { createdBy: account, tags: addTags({}, Tags) });
  if (!rule) throw busMissing(bus.name);
  return { RuleArn: rule.arn };
};
