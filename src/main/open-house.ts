// What stands on the ports: logs, sessions, the heart, the services and their doors. Loaded while the ports open.
import { openSessions } from "../functions/credentials/sessions.ts";
import type { Development } from "../functions/development.ts";
import type { HeartLimits } from "../functions/heart-limits.ts";
import type { Heart } from "../functions/heart.ts";
import type { LogSink } from "../functions/logs/log-groups.ts";
import { openLogGroups } from "../functions/logs/open-log-groups.ts";
import { openHeart } from "../functions/open-heart.ts";
import { runnerFor } from "../functions/runners/runner-for.ts";
import { accountOfIssuedKey } from "../kernel/access-key.ts";
import type { Clock } from "../kernel/clock.ts";
import { once } from "../kernel/once.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtimes } from "../ports/runtimes.ts";
import type { Sandboxes } from "../ports/sandbox.ts";
import { openStreams } from "../triggers/streams/open-streams.ts";
import { dynamodbSource } from "../triggers/mappings/streams/dynamodb-source.ts";
import { kinesisSource } from "../triggers/mappings/streams/kinesis-source.ts";
import { openClockwork } from "../triggers/buses/clockwork.ts";
import { openMappings } from "../triggers/mappings/open-mappings.ts";
import { openQueues } from "../triggers/queues/open-queues.ts";
import { openTables } from "../triggers/tables/open-tables.ts";
import { callFromWithin } from "../wire/aws-call.ts";
import { createAwsDoor, type AwsDoor } from "../wire/aws-door.ts";
import type { Door } from "../wire/door.ts";
import { loadModel, loadModelIndex } from "../wire/models/load-model.ts";
import { accountFromDigits, type AccountOf } from "../wire/sigv4.ts";
import type { Config } from "./config.ts";
import { destinationsOf } from "./destinations.ts";
import type { HealthSources } from "./health-door.ts";
import type { ServerLog } from "./logger.ts";
import type { HouseFigures } from "./metrics-door.ts";
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
  readonly extras: Extras | undefined;
  /** Gets what must be closed. */
  readonly opened: AsyncDisposableStack;
}

/** What `fugaz dev` wants of a server beside what its settings say. */
export interface Extras {
  readonly development: Development;
  readonly limits: Partial<HeartLimits>;
  /** Sees every line of log as it is written. */
  readonly onLog: LogSink["write"];
}

export interface House extends Pick<HealthSources, "services" | "status"> {
  /** In the order in which they are asked. */
  readonly doors: readonly Door[];
  readonly heart: Heart;
  readonly figures: () => Promise<HouseFigures>;
  /** Takes no more work and lets what runs finish for at most this long. */
  readonly drained: (graceMs: number) => Promise<void>;
}

export async function openHouse({ config, logger, clock, engine, sandboxes, runtimes, endpoint, opened, extras }: Grounds): Promise<House> {
  const logGroups = opened.use(openLogGroups({ store: engine.store, clock, logger }));
  const sessions = opened.use(openSessions({ store: engine.store, clock, warn: (sentence, error) => logger.warn({ err: error }, sentence), timeoutSecondsMax: config.limits.timeoutSecondsMax }));
  const streams = opened.use(
    openStreams({ store: engine.store, log: engine.log, clock, enforceRates: config.kinesisLimits === "enforce", warn: (sentence, error) => logger.warn({ err: error }, sentence) }),
  );
  const tables = opened.use(openTables({ store: engine.store, log: engine.log, clock, warn: (sentence, error) => logger.warn({ err: error }, sentence) }));
  const queues = opened.use(await openQueues({ store: engine.store, queue: engine.queue, clock, logger }));
  const topics = once(async () => opened.use((await import("../triggers/topics/open-topics.ts")).openTopics({ store: engine.store, clock, queues, heart, endpoint })));
  const buses = once(async () => opened.use((await import("../triggers/buses/open-buses.ts")).openBuses({ store: engine.store, clock, queues, heart, streams, topics })));
  const heart: Heart = opened.use(
    await openHeart({
      ports: engine, clock, sandboxes, runtimes, runnerFor, logger,
      logSink: extras ? overheard(logGroups, extras.onLog) : logGroups,
      ...(extras ? { development: extras.development } : {}),
      dir: config.dataDir,
      destinations: destinationsOf({ queues, topics, buses, clock, callAs: (account, region) => callFromWithin({ account, region, endpoint }, awsDoor.backstage) }),
      quotas: config.limits,
      limits: { streamBytesPerSecond: config.streamRate === "unlimited" ? Infinity : config.streamRate * 1024 * 1024, ...extras?.limits },
      endpointUrl: () => endpoint,
      credentialsFor: ({ account, name, settings }) => sessions.forFunction({ account, name, role: settings.role }),
    }),
  );
  const mappings = opened.use(
    await openMappings({
      store: engine.store, leases: engine.leases, owner: OWNER, clock, heart, queues,
      streams: { kinesis: kinesisSource({ streams, store: engine.store, log: engine.log }), dynamodb: dynamodbSource({ streams: tables.streams, store: engine.store }) },
      warn: (sentence, error, fields) => logger.warn({ err: error, ...fields }, sentence),
    }),
  );
  opened.use(openClockwork({ store: engine.store, queue: engine.queue, clock, buses, warn: (sentence, error) => logger.warn({ err: error }, sentence) }));
  const accountOf: AccountOf = (accessKeyId) => accountFromDigits(accessKeyId) ?? accountOfIssuedKey(accessKeyId);
  const home = { account: config.account, region: config.region };
  const { services, doors } = bindServices({ engine, clock, heart, logGroups, sessions, tables, runtimes, accountOf, queues, topics, buses, streams, mappings, home });
  const models = new Map();
  const awsDoor: AwsDoor = createAwsDoor({
    services, clock, accountOf, region: config.region, account: config.account,
    models: { index: loadModelIndex(), load: (id) => loadModel(id, models) },
    onFailure: ({ error, kind, ...fields }) => logger.error({ err: error, ...fields }, kind === "bug" ? "A request met a bug" : "A request met an outage"),
  });
  return {
    doors: [...doors, awsDoor],
    heart,
    services,
    status: heart.status,
    figures: async () => ({
      heart: await heart.figures(),
      queues: await Array.fromAsync(queues.records.all(), async (queue) => ({ queue, counts: await queues.counts(queue) })),
      mappings: mappings.status(),
      nowMs: clock.now(),
    }),
    drained: (graceMs) => {
      mappings.stop();
      return drained(heart, graceMs);
    },
  };
}

const overheard = (sink: LogSink, onLog: LogSink["write"]): LogSink => ({
  write: (scope, group, stream, event) => {
    sink.write(scope, group, stream, event);
    onLog(scope, group, stream, event);
  },
  flush: () => sink.flush(),
});
/** The only server of its data directory, which is locked: after a restart it takes up at once what it had leased. */
const OWNER = "local";

async function drained(heart: Heart, graceMs: number): Promise<void> {
  const limit = new AbortController();
  const cancel = systemClock.after(graceMs, () => limit.abort());
  await heart.drain(limit.signal);
  cancel();
}
