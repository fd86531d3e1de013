// PutEvents: up to ten events; each is taken or refused for itself, those that are taken in one commit with all that they cause.
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { entryBytes, readEntry } from "../entries.ts";
import { invalid, notYet } from "../faults.ts";
import { busRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const putEvents: Op<"PutEvents"> = async ({ Entries: entries = [], EndpointId }, context) => {
  if (EndpointId) throw notYet("EndpointId");
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > limits.events.putBytesMax) throw invalid("Total size of the entries in the request is over the limit.");
  const read = entries.map((entry) => ({ bus: busRefOf(entry.EventBusName, context), event: readEntry(entry, context) }));
  for (const { bus } of read) {
    if (!(await context.buses.mayPut(bus, { kind: "account", account: context.account }))) throw fault("AccessDeniedException", { message: `The account ${context.account} may not put events on the bus ${bus.name} of ${bus.account}.` });
  }
  const taken = read.flatMap(({ bus, event }) => ("id" in event ? [{ bus, event }] : []));
  if (taken.length > 0) await context.buses.put(taken);
  return { FailedEntryCount: read.length - taken.length, Entries: read.map(({ event }) => ("id" in event ? { EventId: event.id } : event)) };
};
