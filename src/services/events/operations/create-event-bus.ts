// CreateEventBus.
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { invalid, notYet, tooMany } from "../faults.ts";
import { busRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { addTags } from "../tags.ts";

export const createEventBus: Op<"CreateEventBus"> = async ({ Name: name = "", EventSourceName, Description: description, KmsKeyIdentifier, DeadLetterConfig, LogConfig, Tags }, context) => {
  if (EventSourceName !== undefined) throw notYet("EventSourceName");
  if (KmsKeyIdentifier) throw notYet("KmsKeyIdentifier");
  if (DeadLetterConfig) throw notYet("DeadLetterConfig");
  if (LogConfig) throw notYet("LogConfig");
  if (name.includes("/")) throw invalid("Event bus name must not contain '/'.");
  const { account, region, buses } = context;
  if ((await buses.records.list({ account, region })).length >= limits.events.busesMax) throw tooMany();
  const bus = await buses.records.create(busRefOf(name, { account, region }), { ...(description !== undefined && { description }), tags: addTags({}, Tags) });
  if (!bus) throw fault("ResourceAlreadyExistsException", { message: `Event bus ${name} already exists.` });
  return { EventBusArn: bus.arn, Description: bus.description };
};
