// Puts the heart together: registry, packages, dispatcher, asynchronous queue, meter; and takes it apart again.
import type { Logger } from "pino";
import { functionArn } from "../kernel/arn.ts";
import type { Clock } from "../kernel/clock.ts";
import { fault } from "../kernel/fault.ts";
import { policyAllows } from "../kernel/policy.ts";
import type { Ports } from "../ports/engine.ts";
import type { RuntimeFamily, Runtimes } from "../ports/runtimes.ts";
import type { Sandboxes } from "../ports/sandbox.ts";
import { activeInvocations } from "./active-invocations.ts";
import { eventWrite, queueOf } from "./async/events.ts";
import { openWorker } from "./async/worker.ts";
import { codeKeeper } from "./code-keeper.ts";
import type { FunctionRef, InvokeOptions, InvokeResult, Version } from "./function.ts";
import { defaultHeartLimits, type HeartLimits } from "./heart-limits.ts";
import type { Heart } from "./heart.ts";
import { openDispatcher, type Health } from "./instances/dispatcher.ts";
import type { InstanceDeps } from "./instances/instance.ts";
import { environmentOf, type Credentials } from "./invocations/environment.ts";
import { runInvocation } from "./invocations/run-invocation.ts";
import { openMeter, type Trigger } from "./invocations/usage.ts";
import type { LogSink } from "./logs/log-groups.ts";
import { openPackages } from "./packages/open-packages.ts";
import { openTrees } from "./packages/trees.ts";
import type { FunctionName } from "./registry/keys.ts";
import { openRegistry } from "./registry/open-registry.ts";
import type { Runner } from "./runner.ts";

export interface HeartDeps {
  readonly ports: Pick<Ports, "store" | "queue" | "log" | "blobs">;
  readonly clock: Clock;
  readonly sandboxes: Sandboxes;
  readonly runtimes: Runtimes;
  readonly runnerFor: (family: RuntimeFamily) => Runner;
  readonly logSink: LogSink;
  /** Unpacked code goes to `<dir>/code`. */
  readonly dir: string;
  /** What functions see as AWS_ENDPOINT_URL; asked at each boot, as the port may not be known before. */
  readonly endpointUrl: () => string;
  readonly credentialsFor: (version: Version) => Promise<Credentials>;
  readonly limits?: Partial<HeartLimits>;
  readonly logger: Pick<Logger, "warn" | "error">;
}

/** Opens the heart and begins with the asynchronous events that were queued before. Rejects when `dir` can not be used. */
export async function openHeart(deps: HeartDeps): Promise<Heart> {
  const { ports, clock, logger } = deps;
  const limits: HeartLimits = { ...defaultHeartLimits(), ...deps.limits };
  const warn = (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>): void => logger.warn({ err: error, ...fields }, sentence);

  const trees = await openTrees(deps.dir);
  const packages = openPackages({ blobs: ports.blobs, trees });
  const dispatcher = openDispatcher({ clock, logSink: deps.logSink, prepare: prepareWith(deps, packages), limits, warn });
  const meter = openMeter({ store: ports.store, log: ports.log, clock, warn });
  const registry = openRegistry({
    store: ports.store, clock, packages,
    onChange: (at) => void retireOld(at),
    onCodeLeft: (blobId) => keeper.left(blobId),
    onRemoved: async (at) => {
      dispatcher.retire((version) => isOf(version, at));
      await ports.queue.purge(queueOf(at));
    },
  });
  const keeper = codeKeeper({ trees, clock, usesCode: registry.usesCode, warn });
  const retireOld = (at: FunctionName): Promise<void> =>
    registry.find(at).then(
      (record) => dispatcher.retire((version) => isOf(version, at) && version.id !== record?.latest.id),
      (error: unknown) => warn("A changed function could not be read; its old instances live until they idle out.", error, { function: at.name }),
    );

  const active = activeInvocations(limits.accountConcurrencyMax);
  const run = (version: Version, options: InvokeOptions, trigger: Trigger): Promise<InvokeResult> =>
    active.count(version, async () => {
      const grant = await dispatcher.acquire(version, options.signal);
      let health: Health = "dead";
      let durationMs = 0;
      try {
        const ran = await runInvocation(grant, options, clock);
        health = ran.health;
        durationMs = ran.result.durationMs;
        meter.record(version, ran, options.payload.byteLength, trigger);
        return ran.result;
      } finally {
        dispatcher.release(grant.instance, health, durationMs);
      }
    });
  // Not async: with a known version the instance is taken before this returns, so that whoever counts room sees it.
  const invoke = (ref: FunctionRef, options: InvokeOptions, trigger: Trigger): Promise<InvokeResult> => {
    const version = registry.cachedVersion(ref);
    return version ? run(version, options, trigger) : registry.versionOf(ref).then((found) => run(found, options, trigger));
  };

  let abandoned = false;
  const worker = openWorker({
    store: ports.store, queue: ports.queue, clock, warn,
    rules: { retriesMax: limits.asyncRetriesMax, ageMsMax: limits.asyncAgeMsMax },
    leaseMs: limits.asyncLeaseMs,
    invoke: (ref, options) => invoke(ref, options, "async"),
    abandoned: () => abandoned,
    onDropped: (sentence, fields) => logger.error(fields, sentence),
    room: async (at) => {
      const version = await registry.find(at);
      return version ? Math.min(active.free(at), dispatcher.room(version.latest)) : 1;
    },
  });
  dispatcher.onRoom(() => worker.onRoom());
  worker.start();

  const drain = async (signal: AbortSignal): Promise<void> => {
    worker.stop();
    await active.none(signal);
    abandoned = true;
    await dispatcher.end();
    await worker.settled();
    await meter.flush();
    await deps.logSink.flush();
  };
  return {
    registry, packages, drain,
    versionOf: registry.versionOf,
    invoke: (ref, options) => invoke(ref, options, "invoke"),
    asyncInvocation: (ref, event) => eventWrite(ref, event, clock.now()),
    mayInvoke: async (ref, { service, sourceArn, sourceAccount }) => {
      const record = await registry.find(ref);
      const policy = record?.policies[ref.qualifier ?? "$LATEST"];
      const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount };
      return policy !== undefined && policyAllows(policy.statements, { action: "lambda:InvokeFunction", resource: functionArn(ref, ref.qualifier), service, context });
    },
    status: dispatcher.status,
    [Symbol.asyncDispose]: async () => {
      await drain(AbortSignal.abort());
      keeper[Symbol.dispose]();
      registry[Symbol.dispose]();
    },
  };
}

/** Code in place, a runtime that is there, the environment complete: all that a boot needs. */
function prepareWith(deps: HeartDeps, packages: Pick<ReturnType<typeof openPackages>, "acquire">): InstanceDeps["prepare"] {
  const { clock, sandboxes, runtimes, runnerFor } = deps;
  return async (version, { id, logStream }) => {
    const name = version.settings.runtime;
    const runtime = await runtimes.resolve(name);
    if (!runtime) throw fault("InvalidRuntimeException", { message: `The runtime ${name} can not run on this machine. ${await runtimes.whyMissing(name)}`, status: 502, Type: "User" });
    const credentials = await deps.credentialsFor(version);
    const env = environmentOf(version, runtime, { credentials, endpointUrl: deps.endpointUrl(), logStream });
    // Last, as what is acquired must be released.
    const tree = await packages.acquire(version.code);
    return {
      runtime,
      boot: (onLog, initTimeoutMs) => runnerFor(runtime.family)({ id, version, runtime, codeDir: tree.dir, env, onLog }, { sandboxes, clock }, initTimeoutMs),
      release: tree.release,
    };
  };
}

const isOf = (version: Version, at: FunctionName): boolean => version.name === at.name && version.account === at.account && version.region === at.region;
