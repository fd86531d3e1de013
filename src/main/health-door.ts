// `GET /_fugaz/health`: is this server ready, what isolates its functions, what can it run and serve.
import type { Runtimes } from "../ports/runtimes.ts";
import type { IsolationReport } from "../ports/sandbox.ts";
import type { Door, HttpReply } from "../wire/door.ts";
import type { LazyService } from "../wire/service-shelf.ts";
import { version } from "./version.ts";

export interface HealthSources {
  readonly isolation: IsolationReport;
  readonly runtimes: Pick<Runtimes, "list">;
  readonly services: readonly Pick<LazyService, "id">[];
  readonly status: () => { readonly instances: number; readonly busy: number };
}

/** `sources` is undefined until the server is ready: then it answers 503 `{"status":"starting"}`. */
export const healthDoor = (sources: () => HealthSources | undefined): Door => ({
  name: "health",
  claims: ({ rawPath }) => rawPath === "/_fugaz/health",
  handle: async ({ method }) => {
    if (method !== "GET" && method !== "HEAD") return json(405, { message: "Use GET." }, { allow: "GET, HEAD" });
    const ready = sources();
    if (!ready) return json(503, { status: "starting", version });
    const runtimes = await ready.runtimes.list();
    return json(200, {
      status: "ready",
      version,
      isolation: { kind: ready.isolation.kind, level: ready.isolation.level, warnings: ready.isolation.warnings },
      runtimes: runtimes.map(({ name, version: runs, exact, origin }) => ({ name, version: runs, exact, origin })),
      // Their names alone: who probes is not to load them.
      services: ready.services.map(({ id }) => id),
      ...ready.status(),
    });
  },
});

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: Buffer.from(`${JSON.stringify(body)}\n`),
});
