// A function that is deployed will be called: what it can start from is made ready before its first event.
import type { Clock } from "../../kernel/clock.ts";
import type { Runtimes } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import { environmentOf, type Credentials } from "../invocations/environment.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import type { FunctionName } from "../registry/keys.ts";
import type { Cells } from "./cells.ts";

interface AnnounceDeps {
  readonly cells: Cells | undefined;
  readonly runtimes: Runtimes;
  readonly packages: Pick<OpenPackages, "acquire">;
  /** Credentials are durable before they are used: no start should wait for that. */
  readonly credentialsFor: (version: Version) => Promise<Credentials>;
}

/** What has begun ends before the heart does. */
export interface Announcer {
  /** Never rejects. */
  announce(at: FunctionName): void;
  settled(): Promise<void>;
}

interface AnnouncerDeps extends AnnounceDeps {
  readonly clock: Clock;
  readonly find: (at: FunctionName) => Promise<{ readonly latest: Version } | undefined>;
  /** What had been deployed before this server started, as far as something should wait for it. */
  readonly deployed: () => Promise<readonly Version[]>;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

/** Ours: how long a start of the server has the machine before anything is booted for what had been deployed before. */
const RECALL_MS = 1000;

export function openAnnouncer(deps: AnnouncerDeps): Announcer {
  let closed = false;
  const under = new Set<Promise<void>>();
  const begin = (work: Promise<void>): void => {
    const begun = work.finally(() => under.delete(begun));
    under.add(begun);
  };
  const trying = async (name: string | undefined, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      deps.warn("Nothing could be made ready for a deployed function; it boots when it is called.", error, { function: name });
    }
  };
  const announce = async (at: FunctionName): Promise<void> => {
    const record = await deps.find(at);
    if (record) await announceStart(record.latest, true, deps);
  };
  const recall = async (): Promise<void> => {
    for (const version of await deps.deployed()) if (!closed) await trying(version.name, () => announceStart(version, false, deps));
  };
  const cancel = deps.cells && deps.clock.after(RECALL_MS, () => begin(trying(undefined, recall)));
  return {
    announce: (at) => begin(trying(at.name, () => announce(at))),
    settled: async () => {
      closed = true;
      cancel?.();
      await Promise.all(under);
    },
  };
}

async function announceStart(version: Version, soon: boolean, { cells, runtimes, packages, credentialsFor }: AnnounceDeps): Promise<void> {
  // What runs from an image or in place boots fresh.
  if (version.code.image || version.code.folder !== undefined) return;
  const credentials = await credentialsFor(version);
  const runtime = cells && (await runtimes.resolve(version.settings.runtime));
  if (!runtime) return;
  // Only what is read at the start of a process matters, and that is the same for all instances.
  const env = { ...runtime.env, ...environmentOf(version, runtime, { credentials, endpointUrl: "", logStream: "", initialization: "on-demand" }) };
  const { tmpMb, layers } = version.settings;
  const code = await packages.acquire(version.code);
  try {
    await cells.expect({ env, tmpMb }, { version, runtime, codeDir: code.dir, ...(layers.length > 0 ? { opt: "/opt" } : {}) }, soon);
  } finally {
    code.release();
  }
}
