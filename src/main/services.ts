// Every service of this cloud with its dependencies: a new service is added here and nowhere else.
import type { Sessions } from "../functions/credentials/sessions.ts";
import type { Heart } from "../functions/heart.ts";
import type { LogGroups } from "../functions/logs/log-groups.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtimes } from "../ports/runtimes.ts";
import { codeDoor } from "../services/lambda/code-door.ts";
import { iam } from "../services/iam/service.ts";
import { lambda } from "../services/lambda/service.ts";
import { logs } from "../services/logs/service.ts";
import { s3Deps } from "../services/s3/op.ts";
import { s3 } from "../services/s3/service.ts";
import { sqs } from "../services/sqs/service.ts";
import { sts } from "../services/sts/service.ts";
import type { Queues } from "../triggers/queues/queues.ts";
import type { Door } from "../wire/door.ts";
import { bindService, type BoundService } from "../wire/service.ts";

export interface Rooms {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly heart: Heart;
  readonly logGroups: LogGroups;
  readonly sessions: Sessions;
  readonly runtimes: Runtimes;
  readonly queues: Queues;
}

export function bindServices({ engine, clock, heart, logGroups, sessions, runtimes, queues }: Rooms): { readonly services: readonly BoundService[]; readonly doors: readonly Door[] } {
  return {
    services: [
      bindService(lambda, { heart, store: engine.store, runtimes, clock }),
      bindService(s3, s3Deps({ store: engine.store, blobs: engine.blobs, heart, queues, clock })),
      bindService(logs, { logs: logGroups, clock }),
      bindService(iam, { store: engine.store, clock, sessions }),
      bindService(sqs, { queues, clock }),
      bindService(sts, { sessions, clock }),
    ],
    doors: [codeDoor({ blobs: engine.blobs })],
  };
}
