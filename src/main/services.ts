// Every service of this cloud with its dependencies: a new service is added here and nowhere else.
import type { Sessions } from "../functions/credentials/sessions.ts";
import type { Heart } from "../functions/heart.ts";
import type { LogGroups } from "../functions/logs/log-groups.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Runtimes } from "../ports/runtimes.ts";
import { dynamodb } from "../services/dynamodb/service.ts";
import { dynamodbStreams } from "../services/dynamodbstreams/service.ts";
import { codeDoor } from "../services/lambda/code-door.ts";
import { openCodeLinks } from "../services/lambda/code-links.ts";
import { iam } from "../services/iam/service.ts";
import { lambda } from "../services/lambda/service.ts";
import { urlDoor } from "../services/lambda/urls/door.ts";
import { logs } from "../services/logs/service.ts";
import { s3Deps } from "../services/s3/op.ts";
import { s3 } from "../services/s3/service.ts";
import { sts } from "../services/sts/service.ts";
import type { Tables } from "../triggers/tables/open-tables.ts";
import type { Door } from "../wire/door.ts";
import { bindService, type BoundService } from "../wire/service.ts";
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
}

export function bindServices({ engine, clock, heart, logGroups, sessions, tables, runtimes, accountOf }: Rooms): { readonly services: readonly BoundService[]; readonly doors: readonly Door[] } {
  const codeLinks = openCodeLinks({ store: engine.store, clock });
  return {
    services: [
      bindService(lambda, { heart, store: engine.store, runtimes, clock, codeLinks }),
      bindService(s3, s3Deps({ store: engine.store, blobs: engine.blobs, heart, clock })),
      bindService(logs, { logs: logGroups, clock }),
      bindService(iam, { store: engine.store, clock, sessions }),
      bindService(dynamodb, { tables, store: engine.store, clock }),
      bindService(dynamodbStreams, { tables, clock }),
      bindService(sts, { sessions, clock }),
    ],
    doors: [codeDoor({ blobs: engine.blobs, codeLinks }), urlDoor({ heart, sessions, clock, accountOf })],
  };
}
