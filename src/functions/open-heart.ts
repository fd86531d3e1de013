// Puts the heart together: registry, packages, dispatcher, asynchronous queue, meter; and takes it apart again.
import type { Logger } from "pino";
import { functionArn } from "../kernel/arn.ts";
import type { Clock } from "../kernel/clock.ts";
import { fault, type Fault } from "../kernel/fault.ts";
import { limits as facts } from "../kernel/limits.ts";
import { defaultQuotas, type Quotas } from "../kernel/quotas.ts";
import { policyAllows } from "../kernel/policy.ts";
import { own } from "../kernel/own.ts";
import type { Ports } from "../ports/engine.ts";
import type { Runtime, RuntimeFamily, Runtimes } from "../ports/runtimes.ts";
import type { Sandboxes } from "../ports/sandbox.ts";
import { allDestinations } from "./async/all-destinations.ts";
import type { Destinations } from "./async/destinations.ts";
import { rulesOf } from "./async/event-rules.ts";
import { eventWrite, queueOf } from "./async/events.ts";
import { openWorker } from "./async/worker.ts";
import { openCells } from "./cells/open-cells.ts";
import { openAnnouncer } from "./cells/announce.ts";
import { codeKeeper } from "./code-keeper.ts";
import { keepPromises } from "./concurrency/keep-promises.ts";
import { openConcurrency } from "./concurrency/open-concurrency.ts";
import type { Development } from "./development.ts";
import type { FunctionRef, InvokeOptions, InvokeResult, Version } from "./function.ts";
import { defaultHeartLimits, type HeartLimits } from "./heart-limits.ts";
import type { Heart } from "./heart.ts";
import { openImages, type OpenImages } from "./images/open-images.ts";
import { openDispatcher, type Use } from "./instances/dispatcher.ts";
import type { InstanceDeps } from "./instances/instance.ts";
import type { EventOf, Grant } from "./instances/pool.ts";
import { environmentOf, type Credentials } from "./invocations/environment.ts";
import { ResponseBody } from "./invocations/response-body.ts";
import { eventOf, runInvocation, untilAnswered, type Taking, type TracedOptions } from "./invocations/run-invocation.ts";
import { nextHop, versionMarks } from "./invocations/trace.ts";
import { streamedInvocation } from "./invocations/streamed-invocation.ts";
import { openMeter, type Trigger } from "./invocations/usage.ts";
import { openLayers } from "./layers/open-layers.ts";
import type { LogSink } from "./logs/log-groups.ts";
import { countStates, openCounters, readQueues } from "./metrics/open-counters.ts";
import { openPackages } from "./packages/open-packages.ts";
import { openTrees } from "./packages/trees.ts";
import { functionKey, type FunctionName } from "./registry/keys.ts";
import { newestOfRuntimes } from "./registry/deployed.ts";
import { openRegistry } from "./registry/open-registry.ts";
import type { Runner, RunnerDeps } from "./runner.ts";
import { openApiSource } from "./runners/api-source.ts";
import { openSampler } from "./tracing/sampler.ts";

export interface HeartDeps {
  readonly ports: Pick<Ports, "store" | "queue" | "log" | "blobs">;
  readonly clock: Clock;
  readonly sandboxes: Sandboxes;
  readonly runtimes: Runtimes;
  readonly runnerFor: (family: RuntimeFamily) => Runner;
  readonly logSink: LogSink;
  /** Unpacked code goes to `<dir>/code`, that of images to `<dir>/images`. */
  readonly dir: string;
  /** What functions see as AWS_ENDPOINT_URL; asked at each boot, as the port may not be known before. */
  readonly endpointUrl: () => string;
  readonly credentialsFor: (version: Version) => Promise<Credentials>;
  /** Where the ends of asynchronous events can be told beside functions. */
  readonly destinations?: Destinations;
  readonly limits?: Partial<HeartLimits>;
  /** The original's when absent. */
  readonly quotas?: Quotas;
  /** Absent: code runs from archives only. */
  readonly development?: Development;
  readonly logger: Pick<Logger, "warn" | "error">;
}

/** Opens the heart and begins with the asynchronous events that were queued before. Rejects when `dir` can not be used. */
export async function openHeart(deps: HeartDeps): Promise<Heart> {
  const { ports, clock, logger } = deps;
  const quotas = deps.quotas ?? defaultQuotas;
  const limits: HeartLimits = { ...defaultHeartLimits(quotas), ...deps.limits };
  const warn = (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>): void => logger.warn({ err: error, ...fields }, sentence);

  const trees = await openTrees(deps.dir);
  const packages = openPackages({ blobs: ports.blobs, trees, unzippedBytesMax: quotas.unzippedBytesMax, runsInPlace: deps.development?.runsInPlace });
  const images = await openImages({ store: ports.store, blobs: ports.blobs, clock, dir: deps.dir, isolation: deps.sandboxes.report });
  const dispatcher = openDispatcher({ clock, logSink: deps.logSink, prepare: (version, facts) => prepare(version, facts), limits, warn });
  const counters = openCounters();
  const cells = openCells({ sandboxes: deps.sandboxes, clock, cellsMax: limits.cellsMax, freeMb: dispatcher.freeMb, busy: () => dispatcher.status().busy > 0, warn });
  const apis = openApiSource(clock);
  const prepare = prepareWith(deps, packages, images, { cells, apis });
  const concurrency = await openConcurrency({ store: ports.store, clock, accountMax: limits.accountConcurrencyMax, warn });
  const markOf = versionMarks();
  const meter = openMeter({ store: ports.store, log: ports.log, clock, warn });
  const registry = openRegistry({
    store: ports.store, clock, packages, random: Math.random,
    onChange: (at) => {
      void retireOld(at);
      announcer.announce(at);
      void reconcile(at);
    },
    onConcurrency: (at, facts) => concurrency.set(at, facts),
    onCodeLeft: (blobId) => keeper.left(blobId),
    onRemoved: async (at) => {
      dispatcher.retire((version) => isOf(version, at));
      await ports.queue.purge(queueOf(at));
    },
  });
  const keeper = codeKeeper({ caches: [trees, images], clock, usesCode: registry.usesCode, warn });
  const retireOld = async (at: FunctionName): Promise<void> => {
    try {
      for (const version of dispatcher.versions(at)) if (!(await registry.isCurrent(version))) dispatcher.retire(({ id }) => id === version.id);
    } catch (error) {
      warn("A changed function could not be read; its old instances live until they idle out.", error, { function: at.name });
    }
  };

  const announcer = openAnnouncer({ cells, runtimes: deps.runtimes, packages, credentialsFor: deps.credentialsFor, clock, find: registry.find, deployed: () => newestOfRuntimes(ports.store), warn });
  const reconcile = async (at: FunctionName): Promise<void> => {
    try {
      await keepPromises(at, { registry, dispatcher, concurrency, single: deps.development?.isDebugged });
    } catch (error) {
      warn("The instances to keep ready could not be determined; what is there stays.", error, { function: at.name });
    }
  };
  const isSampled = openSampler({ clock, random: Math.random });
  const run = (version: Version, given: InvokeOptions, trigger: Trigger, body?: ResponseBody): Promise<InvokeResult> => {
    const { traceId, visits, spot } = nextHop(given.traceId, markOf(version), clock.now(), version.settings.tracing && (() => isSampled(version)));
    const begin = (): Promise<InvokeResult> => untilAnswered((onAnswer) => work(version, { ...given, traceId, spot }, trigger, { body, onAnswer }));
    if (visits < facts.functions.recursionVisitsMax) return begin();
    return registry.find(version).then((record) => (record?.recursion === "Allow" ? begin() : Promise.reject(inALoop())));
  };
  const work = async (version: Version, options: TracedOptions, trigger: Trigger, taking: Taking): Promise<InvokeResult> => {
    // Who wants the log of an event or its stream must see it begin.
    const event = taking.body || options.logTail ? undefined : () => eventOf(options, clock.now() + version.settings.timeoutMs);
    const grant = await admit(version, options, trigger !== "async", event);
    let use: Use = { health: "dead", durationMs: 0, handlerMs: undefined };
    try {
      const ran = await runInvocation(grant, options, clock, taking);
      use = { health: ran.health, durationMs: ran.result.durationMs, handlerMs: ran.handlerMs };
      counters.ended(version.settings.runtime, ran.result);
      meter.record(version, ran, options.payload.byteLength, trigger);
      return ran.result;
    } finally {
      dispatcher.release(grant.instance, use);
      concurrency.leave(version);
    }
  };
  /** Counts an event in, and finds an instance for it. */
  const admit = (version: Version, { signal }: InvokeOptions, paced: boolean, event: EventOf): Grant | Promise<Grant> => {
    try {
      concurrency.enter(version, paced);
    } catch (error) {
      counters.refused(error);
      throw error;
    }
    const found = dispatcher.acquire(version, signal, event);
    if (!(found instanceof Promise)) return found;
    return found.catch((error: unknown) => {
      concurrency.leave(version);
      counters.refused(error);
      throw error;
    });
  };
  // Not async: with a known version the instance is taken before this returns, so that whoever counts room sees it.
  const invoke = (ref: FunctionRef, options: InvokeOptions, trigger: Trigger, body?: ResponseBody): Promise<InvokeResult> => {
    const version = registry.cachedVersion(ref);
    return version ? run(version, options, trigger, body) : registry.versionOf(ref).then((found) => run(found, options, trigger, body));
  };

  let abandoned = false;
  const destinations = allDestinations({ registry, others: deps.destinations, now: () => clock.now() });
  const worker = openWorker({
    store: ports.store, queue: ports.queue, clock, warn,
    rulesFor: async (at, qualifier) => rulesOf(await registry.find(at), qualifier, { retriesMax: limits.asyncRetriesMax, ageMsMax: limits.asyncAgeMsMax }),
    destinations,
    leaseMs: limits.asyncLeaseMs,
    invoke: (ref, options) => invoke(ref, options, "async"),
    abandoned: () => abandoned,
    onDropped: (sentence, fields) => logger.error(fields, sentence),
    room: async (at) => {
      const record = await registry.find(at);
      // The events of a function that is gone or switched off only have to be settled.
      if (!record || record.concurrency.reserved === 0) return settledAtOnce;
      return Math.min(concurrency.free(record.latest, false), dispatcher.room(record.latest, false));
    },
  });
  for (const at of concurrency.withFacts()) void reconcile(at);
  const roomListeners = new Set<() => void>();
  const tellOfRoom = (): void => {
    worker.onRoom();
    for (const listener of roomListeners) listener();
  };
  dispatcher.onRoom(tellOfRoom);
  concurrency.onFree(tellOfRoom);
  worker.start();

  const drain = async (signal: AbortSignal): Promise<void> => {
    worker.stop();
    await concurrency.none(signal);
    abandoned = true;
    await dispatcher.end();
    await announcer.settled();
    await Promise.all([cells?.[Symbol.asyncDispose](), apis[Symbol.asyncDispose]()]);
    await worker.settled();
    await meter.flush();
    // A store that refuses must not hold up the end; the logs' own closing tries once more.
    await Promise.race([deps.logSink.flush(), aborted(signal)]);
  };
  const layers = openLayers({ store: ports.store, clock, packages, onCodeLeft: (blobId) => keeper.left(blobId) });
  return {
    registry, packages, images, layers, drain,
    quotas,
    concurrency: {
      accountMax: concurrency.accountMax,
      setAside: concurrency.setAside,
      kept: (version) => ({ ...dispatcher.kept(version), busy: concurrency.active(version) }),
    },
    destinations,
    versionOf: registry.versionOf,
    invoke: (ref, options) => invoke(ref, options, options.trigger ?? "invoke"),
    room: async (ref, alone) => {
      const version = registry.cachedVersion(ref) ?? (await registry.versionOf(ref));
      return Math.min(concurrency.free(version, true), dispatcher.room(version, alone));
    },
    onRoom: (listener) => {
      roomListeners.add(listener);
      return () => void roomListeners.delete(listener);
    },
    onChange: (of, listener) => ports.store.watch(functionKey(of), listener),
    invokeStream: (ref, options) => {
      const body = new ResponseBody(clock, { bytesMax: limits.streamBytesMax, bytesPerSecond: limits.streamBytesPerSecond });
      return streamedInvocation(body, invoke(ref, options, "invoke", body), options.signal?.());
    },
    asyncInvocation: (ref, event) => eventWrite(ref, event, clock.now()),
    mayInvoke: async (ref, { service, sourceArn, sourceAccount }) => {
      const record = await registry.find(ref);
      const policy = own(record?.policies, ref.qualifier ?? "$LATEST");
      const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount };
      return policy !== undefined && policyAllows(policy.statements, { action: "lambda:InvokeFunction", resource: functionArn(ref, ref.qualifier), service, context });
    },
    status: dispatcher.status,
    figures: async () => ({ ...counters.read(), instances: countStates(dispatcher.states()), memory: dispatcher.memory(), cells: cells?.status() ?? [], queues: await readQueues(ports.queue) }),
    [Symbol.asyncDispose]: async () => {
      await drain(AbortSignal.abort());
      keeper[Symbol.dispose]();
      registry[Symbol.dispose]();
      concurrency[Symbol.dispose]();
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));

/** Ours. */
const settledAtOnce = 32;

const inALoop = (): Fault =>
  fault("RecursiveInvocationException", {
    message: "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your function from being invoked.", status: 400, Type: "User",
  });

/** Code in place, a runtime that is there, the environment complete: all that a boot needs. */
function prepareWith(deps: HeartDeps, packages: AcquiringPackages, images: Pick<OpenImages, "acquire">, ahead: Pick<RunnerDeps, "cells" | "apis">): InstanceDeps["prepare"] {
  const { clock, sandboxes, runtimes, runnerFor, development } = deps;
  return async (version, { id, logStream, initialization }) => {
    const name = version.settings.runtime;
    const found = version.code.image ? imageRuntime : await runtimes.resolve(name);
    const runtime = found && ((await development?.runtimeFor(version, found)) ?? found);
    if (!runtime) throw fault("InvalidRuntimeException", { message: `The runtime ${name} can not run on this machine. ${await runtimes.whyMissing(name)}`, status: 502, Type: "User" });
    const credentials = await deps.credentialsFor(version);
    const env = environmentOf(version, runtime, { credentials, endpointUrl: deps.endpointUrl(), logStream, initialization });
    // Last, as what is acquired must be released.
    const { codeDir, opt, release } = await acquireCode(version, packages, images);
    return {
      runtime,
      boot: (voice, initTimeoutMs) => runnerFor(runtime.family)({ id, version, runtime, codeDir, responseBytesMax: (deps.quotas ?? defaultQuotas).syncResponseBytesMax, ...(opt === undefined ? {} : { opt }), env, ...voice }, { sandboxes, clock, ...ahead }, initTimeoutMs),
      release,
    };
  };
}

/** An image brings its own: nothing of ours is mounted, and whatever it starts speaks the runtime API. */
const imageRuntime: Runtime = { name: "image", family: "provided", version: "", exact: true, origin: "function", interpreter: "", mounts: [], argv: [], env: {} };

type AcquiringPackages = Pick<ReturnType<typeof openPackages>, "acquire" | "acquireLayers">;

/** Pins a version's code and layers together: both or none. */
async function acquireCode({ code, settings }: Version, packages: AcquiringPackages, images: Pick<OpenImages, "acquire">): Promise<{ readonly codeDir: string; readonly opt: string | undefined; readonly release: () => void }> {
  const task = await (code.image ? images : packages).acquire(code);
  try {
    const opt = await packages.acquireLayers(settings.layers.map((layer) => layer.code));
    const release = (): void => {
      task.release();
      opt?.release();
    };
    return { codeDir: task.dir, opt: opt?.dir, release };
  } catch (error) {
    task.release();
    throw error;
  }
}

const isOf = (version: Version, at: FunctionName): boolean => version.name === at.name && version.account === at.account && version.region === at.region;
