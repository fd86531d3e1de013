// Every service of this cloud with its dependencies: a new service is added here and nowhere else.
import type { Sessions } from "../functions/credentials/sessions.ts";
import type { Heart } from "../functions/heart.ts";
import type { LogGroups } from "../functions/logs/log-groups.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtimes } from "../ports/runtimes.ts";
import { codeDoor } from "../services/lambda/code-door.ts";
import { openCodeLinks } from "../services/lambda/code-links.ts";
import { registryDoor } from "../services/ecr/registry/door.ts";
import { certificateDoor } from "../services/sns/certificate-door.ts";
import { lookDoor } from "../services/sqs/look-door.ts";
import { urlDoor } from "../services/lambda/urls/door.ts";
import type { Buses } from "../triggers/buses/buses.ts";
import type { Mappings } from "../triggers/mappings/open-mappings.ts";
import type { Streams } from "../triggers/streams/open-streams.ts";
import type { Tables } from "../triggers/tables/open-tables.ts";
import type { Queues } from "../triggers/queues/queues.ts";
import type { Topics } from "../triggers/topics/topics.ts";
import type { Door } from "../wire/door.ts";
import { bindService } from "../wire/service.ts";
import { lazyService, type LazyService } from "../wire/service-shelf.ts";
import type { AccountOf } from "../wire/sigv4.ts";

export interface Rooms {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly heart: Heart;
  readonly logGroups: LogGroups;
  readonly sessions: Sessions;
  readonly tables: Tables;
  readonly runtimes: Runtimes;
  readonly accountOf: AccountOf;
  readonly queues: Queues;
  /** Opened when they are first needed. */
  readonly topics: () => Promise<Topics>;
  /** Opened when they are first needed. */
  readonly buses: () => Promise<Buses>;
  readonly streams: Streams;
  readonly mappings: Mappings;
  /** Account and region of requests that name none. */
  readonly home: { readonly account: string; readonly region: string };
}

export function bindServices({ engine, clock, heart, logGroups, sessions, tables, runtimes, accountOf, queues, topics, buses, streams, mappings, home }: Rooms): { readonly services: readonly LazyService[]; readonly doors: readonly Door[] } {
  const codeLinks = openCodeLinks({ store: engine.store, clock });
  const registry = { store: engine.store, blobs: engine.blobs, clock, home };
  return {
    services: [
      lazyService("lambda", async () => bindService((await import("../services/lambda/service.ts")).lambda, { heart, store: engine.store, runtimes, clock, codeLinks, mappings, queues })),
      lazyService("s3", async () => bindService((await import("../services/s3/service.ts")).s3, (await import("../services/s3/op.ts")).s3Deps({ store: engine.store, blobs: engine.blobs, heart, queues, topics, buses, clock }))),
      lazyService("ecr", async () => bindService((await import("../services/ecr/service.ts")).ecr, registry)),
      lazyService("logs", async () => bindService((await import("../services/logs/service.ts")).logs, { logs: logGroups, clock })),
      lazyService("events", async () => bindService((await import("../services/events/service.ts")).events, { buses: await buses(), queues, clock })),
      lazyService("iam", async () => bindService((await import("../services/iam/service.ts")).iam, { store: engine.store, clock, sessions })),
      lazyService("dynamodb", async () => bindService((await import("../services/dynamodb/service.ts")).dynamodb, { tables, store: engine.store, clock })),
      lazyService("dynamodbstreams", async () => bindService((await import("../services/dynamodbstreams/service.ts")).dynamodbStreams, { tables, clock })),
      lazyService("kinesis", async () => bindService((await import("../services/kinesis/service.ts")).kinesis, (await import("../services/kinesis/op.ts")).kinesisDeps({ streams, clock }))),
      lazyService("sns", async () => bindService((await import("../services/sns/service.ts")).sns, { topics: await topics(), queues, heart })),
      lazyService("sqs", async () => bindService((await import("../services/sqs/service.ts")).sqs, { queues, clock })),
      lazyService("sts", async () => bindService((await import("../services/sts/service.ts")).sts, { sessions, clock })),
    ],
    doors: [codeDoor({ blobs: engine.blobs, codeLinks }), registryDoor(registry), lookDoor({ queues }), certificateDoor(topics), urlDoor({ heart, sessions, clock, accountOf })],
  };
}
