// UpdateEventBus: its description.
import { busMissing, notYet } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const updateEventBus: Op<"UpdateEventBus"> = async ({ Name, KmsKeyIdentifier, Description, DeadLetterConfig, LogConfig }, context) => {
  if (KmsKeyIdentifier) throw notYet("KmsKeyIdentifier");
  if (DeadLetterConfig) throw notYet("DeadLetterConfig");
  if (LogConfig) throw notYet("LogConfig");
  const { name, account, region } = await busAt(context, Name);
  const bus = await context.buses.records.change({ account, region, name }, () => (Description === undefined ? {} : { description: Description }));
  if (!bus) throw busMissing(name);
  return { Arn: bus.arn, Name: bus.name, Description: bus.description };
};
