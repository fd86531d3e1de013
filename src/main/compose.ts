// The composition root: opens every room in order, hands each the few things it needs, and closes them in reverse.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { openEmbedded } from "../engines/embedded/open.ts";
import { openSessions } from "../functions/credentials/sessions.ts";
import type { Heart } from "../functions/heart.ts";
import { openLogGroups } from "../functions/logs/open-log-groups.ts";
import { openHeart } from "../functions/open-heart.ts";
import { runnerFor } from "../functions/runners/runner-for.ts";
import { accountOfIssuedKey } from "../kernel/access-key.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtime, Runtimes } from "../ports/runtimes.ts";
import type { IsolationReport } from "../ports/sandbox.ts";
import { openRuntimes } from "../sandboxes/catalog/open.ts";
import { openSandboxes } from "../sandboxes/open.ts";
import { createAwsDoor } from "../wire/aws-door.ts";
import { openTables } from "../triggers/tables/open-tables.ts";
import type { Door } from "../wire/door.ts";
import { startListener } from "../wire/listener.ts";
import { loadModel, loadModelIndex } from "../wire/models/load-model.ts";
import { accountFromDigits, type AccountOf } from "../wire/sigv4.ts";
import type { Config } from "./config.ts";
import { healthDoor, type HealthSources } from "./health-door.ts";
import { bindServices } from "./services.ts";
import { systemClock } from "./system-clock.ts";
import { projectDir } from "./version.ts";

export interface Fugaz {
  /** Base URL without a final slash. Always an address, never a name: SDKs put buckets in front of names. */
  readonly endpoint: string;
  readonly isolation: IsolationReport;
  /** Lets running work finish for at most `graceMs`, then ends everything. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

export async function startFugaz(config: Config, logger: Logger): Promise<Fugaz> {
  // Closed in reverse order, also when starting fails half-way.
  const opened = new AsyncDisposableStack();
  try {
    const clock = systemClock;
    const engine = opened.use(await openEmbedded({ dir: config.dataDir, clock, warn: (error) => logger.warn({ err: error }, "The storage engine met a problem that harms no caller") }));
    opened.defer(sweepBlobs(engine, logger));
    // The port is taken before the slower rooms open: who can not have it learns at once, and health says "starting".
    const doors: Door[] = [];
    let health: HealthSources | undefined;
    doors.push(healthDoor(() => health));
    const listener = await startListener({
      host: config.host, port: config.port, doors, clock, logger,
      ...(config.tlsCert === undefined ? {} : { tls: { cert: config.tlsCert, key: config.tlsKey } }),
    });
    let graceMs = 0;
    opened.defer(() => listener.close(graceMs));
    const endpoint = `http://${reachable(config.host)}:${listener.port}`;

    const sandboxes = opened.use(await openSandboxes({ isolation: config.isolation, dir: join(config.dataDir, "sandboxes"), path: config.path }));
    const runtimes = runtimesFor(config);
    const logGroups = opened.use(openLogGroups({ store: engine.store, clock, logger }));
    const sessions = opened.use(openSessions({ store: engine.store, clock, warn: (sentence, error) => logger.warn({ err: error }, sentence) }));
    const tables = opened.use(openTables({ store: engine.store, log: engine.log, clock, warn: (sentence, error) => logger.warn({ err: error }, sentence) }));
    const heart = opened.use(
      await openHeart({
        ports: engine, clock, sandboxes, runtimes, runnerFor, logSink: logGroups, logger,
        dir: config.dataDir,
        limits: { streamBytesPerSecond: config.streamRate === "unlimited" ? Infinity : config.streamRate * 1024 * 1024 },
        endpointUrl: () => endpoint,
        credentialsFor: ({ account, name, settings }) => sessions.forFunction({ account, name, role: settings.role }),
      }),
    );

    const accountOf: AccountOf = (accessKeyId) => accountFromDigits(accessKeyId) ?? accountOfIssuedKey(accessKeyId);
    const { services, doors: serviceDoors } = bindServices({ engine, clock, heart, logGroups, sessions, tables, runtimes, accountOf });
    const models = new Map();
    doors.push(
      ...serviceDoors,
      createAwsDoor({
        services, clock, accountOf, region: config.region, account: config.account,
        models: { index: loadModelIndex(), load: (id) => loadModel(id, models) },
        onFailure: ({ error, kind, ...fields }) => logger.error({ err: error, ...fields }, kind === "bug" ? "A request met a bug" : "A request met an outage"),
      }),
    );
    health = { isolation: sandboxes.report, runtimes, services: services.map(({ id, operations }) => ({ id, operations: operations.size })), status: heart.status };

    let stopping: Promise<void> | undefined;
    const stop = (grace: number): Promise<void> =>
      (stopping ??= (async () => {
        graceMs = Math.min(grace, 2000);
        await drained(heart, grace);
        await opened.disposeAsync();
      })());
    return { endpoint, isolation: sandboxes.report, stop };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** From time to time removes bytes that were taken in but never became part of anything: uploads that were cut off. The returned function ends it. */
function sweepBlobs({ blobs }: Engine, logger: Logger): () => void {
  let cancel = systemClock.after(SWEEP_MS, sweep);
  function sweep(): void {
    blobs.sweep(SWEEP_MS).catch((error: unknown) => logger.warn({ err: error }, "Unheld blobs could not be removed; the next sweep tries again"));
    cancel = systemClock.after(SWEEP_MS, sweep);
  }
  return () => cancel();
}

/** Longer than any request lasts between taking in bytes and committing what holds them. */
const SWEEP_MS = 6 * 3_600_000;

/** What `doctor` shows: opens only what looks at the machine. */
export async function probeMachine(config: Config): Promise<{ readonly report: IsolationReport; readonly runtimes: readonly Runtime[] }> {
  await using sandboxes = await openSandboxes({ isolation: config.isolation, dir: join(config.dataDir, "sandboxes"), path: config.path });
  return { report: sandboxes.report, runtimes: await runtimesFor(config).list() };
}

const runtimesFor = ({ dataDir, path, home }: Config): Runtimes =>
  openRuntimes({ projectDir: fileURLToPath(projectDir).replace(/\/$/, ""), dir: join(dataDir, "runtimes"), path, home });

/** An address a client on this machine can use: the wildcard addresses are none. */
const reachable = (host: string): string => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host === "localhost" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host);

async function drained(heart: Heart, graceMs: number): Promise<void> {
  const limit = new AbortController();
  const cancel = systemClock.after(graceMs, () => limit.abort());
  await heart.drain(limit.signal);
  cancel();
}
