// Brings the instances that are kept ready in line with what a function's record promises: per version, since aliases move.
import { own } from "../../kernel/own.ts";
import type { Version } from "../function.ts";
import type { Dispatcher } from "../instances/dispatcher.ts";
import type { OpenRegistry } from "../registry/open-registry.ts";
import type { FunctionName } from "../registry/keys.ts";
import type { Concurrency } from "./open-concurrency.ts";

export async function keepPromises(at: FunctionName, deps: { readonly registry: Pick<OpenRegistry, "find" | "versionOf">; readonly dispatcher: Pick<Dispatcher, "keep" | "versions">; readonly concurrency: Pick<Concurrency, "provision">; readonly single?: (version: Version) => boolean }): Promise<void> {
  const { registry, dispatcher, concurrency, single } = deps;
  const record = await registry.find(at);
  const promised = new Map<string, { readonly version: Version; readonly count: number }>();
  for (const [qualifier, { requested }] of Object.entries(record?.concurrency.provisioned ?? {})) {
    // What an alias keeps ready is its main version.
    const name = own(record?.aliases, qualifier)?.version ?? qualifier;
    const version = await registry.versionOf({ ...at, qualifier: name });
    promised.set(version.id, { version, count: requested });
  }
  const maxima = new Map<string, number>();
  if (record && single?.(record.latest)) {
    promised.set(record.latest.id, { version: record.latest, count: 1 });
    maxima.set(record.latest.id, 1);
  }
  for (const [number, { min = 0, max }] of Object.entries(record?.concurrency.scaling ?? {})) {
    const version = await registry.versionOf({ ...at, qualifier: number });
    promised.set(version.id, { version, count: min + (promised.get(version.id)?.count ?? 0) });
    if (max !== undefined) maxima.set(version.id, max);
  }
  concurrency.provision(at, new Map([...promised].map(([id, { count }]) => [id, count])), maxima);
  for (const { version, count } of promised.values()) dispatcher.keep(version, count);
  for (const version of dispatcher.versions(at)) if (!promised.has(version.id)) dispatcher.keep(version, 0);
}
