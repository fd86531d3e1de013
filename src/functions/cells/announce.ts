// A function that has just been deployed will be called: what it can start from is made ready before its first event.
import type { Runtimes } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import { environmentOf } from "../invocations/environment.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import type { Cells } from "./cells.ts";

export interface AnnounceDeps {
  readonly cells: Cells | undefined;
  readonly runtimes: Runtimes;
  readonly packages: Pick<OpenPackages, "acquire">;
}

const NOBODY = { accessKeyId: "", secretAccessKey: "", sessionToken: "" };

export async function announceStart(version: Version, { cells, runtimes, packages }: AnnounceDeps): Promise<void> {
  const runtime = cells && (await runtimes.resolve(version.settings.runtime));
  if (!runtime) return;
  // Only what is read at the start of a process matters, and that is the same for all instances.
  const env = { ...runtime.env, ...environmentOf(version, runtime, { credentials: NOBODY, endpointUrl: "", logStream: "", initialization: "on-demand" }) };
  const { tmpMb, layers } = version.settings;
  const code = await packages.acquire(version.code);
  try {
    await cells.expect({ env, tmpMb }, { version, runtime, codeDir: code.dir, ...(layers.length > 0 ? { opt: "/opt" } : {}) });
  } finally {
    code.release();
  }
}
