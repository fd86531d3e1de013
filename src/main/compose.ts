// The composition root: opens the ports at once, then the house that stands on them, and closes all in reverse.
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { openEmbedded } from "../engines/embedded/open.ts";
import type { Heart } from "../functions/heart.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtime, Runtimes } from "../ports/runtimes.ts";
import type { IsolationReport } from "../ports/sandbox.ts";
import { openSandboxes } from "../sandboxes/open.ts";
import type { Door } from "../wire/door.ts";
import { startListener } from "../wire/listener.ts";
import type { Config } from "./config.ts";
import { healthDoor, type HealthSources } from "./health-door.ts";
import type { ServerLog } from "./logger.ts";
import type { Extras } from "./open-house.ts";
import { metricsDoor, type HouseFigures } from "./metrics-door.ts";
import { runtimesFor } from "./machine-runtimes.ts";
import { systemClock } from "./system-clock.ts";
import { tendYoungGeneration } from "./young-generation.ts";

export interface Fugaz {
  /** Base URL without a final slash. Always an address, never a name: SDKs put buckets in front of names. */
  readonly endpoint: string;
  readonly isolation: IsolationReport;
  readonly heart: Heart;
  readonly runtimes: Runtimes;
  /** Lets running work finish for at most `graceMs`, then ends everything. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

export async function startFugaz(config: Config, logger: ServerLog, extras?: Extras): Promise<Fugaz> {
  // Closed in reverse order, also when starting fails half-way.
  const opened = new AsyncDisposableStack();
  try {
    const clock = systemClock;
    let health: HealthSources | undefined;
    let figures: (() => Promise<HouseFigures>) | undefined;
    const doors: Door[] = [healthDoor(() => health), opened.use(metricsDoor(() => figures))];
    let graceMs = 0;
    const listen = async (): Promise<AsyncDisposable & { readonly endpoint: string }> => {
      const tls = config.tlsCert === undefined ? {} : { tls: { cert: config.tlsCert, key: config.tlsKey } };
      const listener = await startListener({ host: config.host, port: config.port, doors, clock, logger, ...tls });
      return { endpoint: `http://${reachable(config.host)}:${listener.port}`, [Symbol.asyncDispose]: () => listener.close(graceMs) };
    };

    // What waits for a thread, the disk or a child process begins at once; the rest of the house is loaded meanwhile.
    const engineOpening = openEmbedded({ dir: config.dataDir, clock, warn: (error) => logger.warn({ err: error }, "The storage engine met a problem that harms no caller") });
    // The engine locks the directory before it waits: who can not have it is told now, and nobody else touches it.
    await Promise.race([engineOpening, setImmediate()]);
    const opening = openAll(opened, [
      engineOpening,
      // The port is taken early: who can not have it learns at once, and health says "starting".
      listen(),
      openSandboxes({ isolation: config.isolation, dir: join(config.dataDir, "sandboxes"), path: config.path, shelf: join(config.dataDir, "code") }),
    ]);
    // After one turn of the loop, as loading keeps the thread busy and the others shall be under way by then.
    const loading = setImmediate().then(() => import("./open-house.ts"));
    const [[engine, { endpoint }, sandboxes], { openHouse }] = await Promise.all([opening, loading]);
    opened.defer(sweepBlobs(engine, logger));
    opened.use(tendYoungGeneration());
    const runtimes = runtimesFor(config, config.dataDir);
    const house = await openHouse({ config, logger, clock, engine, sandboxes, runtimes, endpoint, opened, extras });
    figures = house.figures;
    doors.push(...house.doors);
    health = { isolation: sandboxes.report, runtimes, services: house.services, status: house.status };

    let stopping: Promise<void> | undefined;
    const stop = (grace: number): Promise<void> =>
      (stopping ??= (async () => {
        graceMs = Math.min(grace, 2000);
        await house.drained(grace);
        await opened.disposeAsync();
      })());
    return { endpoint, isolation: sandboxes.report, heart: house.heart, runtimes, stop };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Waits for all, so that what opened gets closed, the first as the last; then throws the first one's failure if any. */
async function openAll<T extends readonly Promise<AsyncDisposable>[]>(opened: AsyncDisposableStack, opening: readonly [...T]): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  for (const result of await Promise.allSettled(opening)) if (result.status === "fulfilled") opened.use(result.value);
  for (const each of opening) await each;
  return Promise.all(opening);
}

/** From time to time removes bytes that were taken in but never became part of anything: uploads that were cut off. The returned function ends it. */
function sweepBlobs({ blobs }: Engine, logger: ServerLog): () => void {
  // What is older than this process was given up with the one before, which a kill may have cut off in the middle of much.
  let cancel = systemClock.after(FIRST_SWEEP_MS, () => sweep(FIRST_SWEEP_MS));
  function sweep(ageMs: number): void {
    blobs.sweep(ageMs).catch((error: unknown) => logger.warn({ err: error }, "Unheld blobs could not be removed; the next sweep tries again"));
    cancel = systemClock.after(SWEEP_MS, () => sweep(SWEEP_MS));
  }
  return () => cancel();
}

/** Long enough not to be in the way of a start. */
const FIRST_SWEEP_MS = 60_000;

/** Longer than any request lasts between taking in bytes and committing what holds them. */
const SWEEP_MS = 6 * 3_600_000;

/** What `doctor` shows: opens only what looks at the machine. `dataDir` is the one of a server, which may be running; `config.dataDir` one of the caller's own. */
export async function probeMachine(config: Config, dataDir: string): Promise<{ readonly report: IsolationReport; readonly runtimes: readonly Runtime[] }> {
  await using sandboxes = await openSandboxes({ isolation: config.isolation, dir: join(config.dataDir, "sandboxes"), path: config.path });
  return { report: sandboxes.report, runtimes: await runtimesFor(config, dataDir).list() };
}

/** An address a client on this machine can use: the wildcard addresses are none. */
const reachable = (host: string): string => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host === "localhost" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host);
