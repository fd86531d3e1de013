// What stands on the ports: logs, sessions, the heart, the services and their doors. Loaded while the ports open.
import { openSessions } from "../functions/credentials/sessions.ts";
import type { Heart } from "../functions/heart.ts";
import { openLogGroups } from "../functions/logs/open-log-groups.ts";
import { openHeart } from "../functions/open-heart.ts";
import { runnerFor } from "../functions/runners/runner-for.ts";
import { accountOfIssuedKey } from "../kernel/access-key.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtimes } from "../ports/runtimes.ts";
import type { Sandboxes } from "../ports/sandbox.ts";
import { openMappings } from "../triggers/mappings/open-mappings.ts";
import { openQueues } from "../triggers/queues/open-queues.ts";
import { createAwsDoor } from "../wire/aws-door.ts";
import type { Door } from "../wire/door.ts";
import { loadModel, loadModelIndex } from "../wire/models/load-model.ts";
import type { BoundService } from "../wire/service.ts";
import { accountFromDigits, type AccountOf } from "../wire/sigv4.ts";
import type { Config } from "./config.ts";
import { destinationsOf } from "./destinations.ts";
import type { HealthSources } from "./health-door.ts";
import type { ServerLog } from "./logger.ts";
import { objectWriter } from "./object-writer.ts";
import { bindServices } from "./services.ts";
import { systemClock } from "./system-clock.ts";

export interface Grounds {
  readonly config: Config;
  readonly logger: ServerLog;
  readonly clock: Clock;
  readonly engine: Engine;
  readonly sandboxes: Sandboxes;
  readonly runtimes: Runtimes;
  readonly endpoint: string;
  /** Gets what must be closed. */
  readonly opened: AsyncDisposableStack;
}

export interface House extends Pick<HealthSources, "services" | "status"> {
  /** In the order in which they are asked. */
  readonly doors: readonly Door[];
  /** Takes no more work and lets what runs finish for at most this long. */
  readonly drained: (graceMs: number) => Promise<void>;
}

export async function openHouse({ config, logger, clock, engine, sandboxes, runtimes, endpoint, opened }: Grounds): Promise<House> {
  const logGroups = opened.use(openLogGroups({ store: engine.store, clock, logger }));
  const sessions = opened.use(openSessions({ store: engine.store, clock, warn: (sentence, error) => logger.warn({ err: error }, sentence) }));
  const queues = opened.use(await openQueues({ store: engine.store, queue: engine.queue, clock, logger }));
  // Asked for when something is told to a bucket, by which time the services are there.
  const s3 = (): Promise<BoundService> => services.find(({ id }) => id === "s3")?.load() ?? Promise.reject(new Error("bug: no S3"));
  const heart = opened.use(
    await openHeart({
      ports: engine, clock, sandboxes, runtimes, runnerFor, logSink: logGroups, logger,
      dir: config.dataDir,
      destinations: destinationsOf({ queues, objects: objectWriter(s3, endpoint), scope: config }),
      limits: { streamBytesPerSecond: config.streamRate === "unlimited" ? Infinity : config.streamRate * 1024 * 1024 },
      endpointUrl: () => endpoint,
      credentialsFor: ({ account, name, settings }) => sessions.forFunction({ account, name, role: settings.role }),
    }),
  );
  const mappings = opened.use(
    await openMappings({
      store: engine.store, leases: engine.leases, owner: OWNER, clock, heart, queues, streams: {},
      warn: (sentence, error, fields) => logger.warn({ err: error, ...fields }, sentence),
    }),
  );
  const accountOf: AccountOf = (accessKeyId) => accountFromDigits(accessKeyId) ?? accountOfIssuedKey(accessKeyId);
  const { services, doors } = bindServices({ engine, clock, heart, logGroups, sessions, runtimes, accountOf, queues, mappings });
  const models = new Map();
  const awsDoor = createAwsDoor({
    services, clock, accountOf, region: config.region, account: config.account,
    models: { index: loadModelIndex(), load: (id) => loadModel(id, models) },
    onFailure: ({ error, kind, ...fields }) => logger.error({ err: error, ...fields }, kind === "bug" ? "A request met a bug" : "A request met an outage"),
  });
  return {
    doors: [...doors, awsDoor],
    services: () => Promise.all(services.map(({ load }) => load())),
    status: heart.status,
    drained: (graceMs) => {
      mappings.stop();
      return drained(heart, graceMs);
    },
  };
}

/** The only server of its data directory, which is locked: after a restart it takes up at once what it had leased. */
const OWNER = "local";

async function drained(heart: Heart, graceMs: number): Promise<void> {
  const limit = new AbortController();
  const cancel = systemClock.after(graceMs, () => limit.abort());
  await heart.drain(limit.signal);
  cancel();
}
