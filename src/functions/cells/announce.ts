// A function that has just been deployed will be called: what it can start from is made ready before its first event.
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

export function openAnnouncer(deps: AnnounceDeps & { readonly find: (at: FunctionName) => Promise<{ readonly latest: Version } | undefined>; readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void }): Announcer {
  const under = new Set<Promise<void>>();
  const announce = async (at: FunctionName): Promise<void> => {
    try {
      const record = await deps.find(at);
      if (record) await announceStart(record.latest, deps);
    } catch (error) {
      deps.warn("Nothing could be made ready for a deployed function; it boots when it is called.", error, { function: at.name });
    }
  };
  return {
    announce: (at) => {
      const announced = announce(at).finally(() => under.delete(announced));
      under.add(announced);
    },
    settled: async () => void (await Promise.all(under)),
  };
}

async function announceStart(version: Version, { cells, runtimes, packages, credentialsFor }: AnnounceDeps): Promise<void> {
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
    await cells.expect({ env, tmpMb }, { version, runtime, codeDir: code.dir, ...(layers.length > 0 ? { opt: "/opt" } : {}) });
  } finally {
    code.release();
  }
}
