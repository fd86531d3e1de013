// The services that run no code (Logs, IAM, STS, SQS) as clients meet them: listener, AWS door and services on the embedded engine, without the heart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import { openSessions } from "../../src/functions/credentials/sessions.ts";
import type { LogGroups } from "../../src/functions/logs/log-groups.ts";
import { openLogGroups } from "../../src/functions/logs/open-log-groups.ts";
import { accountOfIssuedKey } from "../../src/kernel/access-key.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import { iam } from "../../src/services/iam/service.ts";
import { logs } from "../../src/services/logs/service.ts";
import { sqs } from "../../src/services/sqs/service.ts";
import { sts } from "../../src/services/sts/service.ts";
import { openQueues } from "../../src/triggers/queues/open-queues.ts";
import type { Queues } from "../../src/triggers/queues/queues.ts";
import { serveServices } from "../../src/wire/serve-services-for-test.ts";
import { bindService } from "../../src/wire/service.ts";
import { accountFromDigits } from "../../src/wire/sigv4.ts";

export interface SmallCloud extends AsyncDisposable {
  readonly endpoint: string;
  readonly logGroups: LogGroups;
  readonly queues: Queues;
  /** Settings for any JS client. */
  readonly settings: { readonly endpoint: string; readonly region: string; readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }; readonly maxAttempts: number };
}

export async function openSmallCloud(): Promise<SmallCloud> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-small-"));
  const clock = systemClock;
  const engine = await openEmbedded({ dir, clock });
  const logger = { warn: () => undefined, error: (fields: object, sentence: string) => process.stderr.write(`${sentence} ${JSON.stringify(fields)}\n`) };
  const logGroups = openLogGroups({ store: engine.store, clock, logger });
  const sessions = openSessions({ store: engine.store, clock, warn: logger.warn });
  const queues = await openQueues({ store: engine.store, queue: engine.queue, clock, logger });
  const cloud = await serveServices([bindService(logs, { logs: logGroups, clock }), bindService(iam, { store: engine.store, clock, sessions }), bindService(sts, { sessions, clock }), bindService(sqs, { queues, clock })], {
    accountOf: (accessKeyId) => accountFromDigits(accessKeyId) ?? accountOfIssuedKey(accessKeyId),
  });
  return {
    endpoint: cloud.endpoint,
    logGroups,
    queues,
    settings: { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 },
    [Symbol.asyncDispose]: async () => {
      await queues[Symbol.asyncDispose]();
      await cloud.close(0);
      sessions[Symbol.dispose]();
      await logGroups[Symbol.asyncDispose]();
      await engine.close();
      await rm(dir, { recursive: true, force: true });
      if (cloud.failures.length > 0) throw new Error("the server failed", { cause: cloud.failures[0]?.error });
    },
  };
}
