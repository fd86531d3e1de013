// Opens a heart on the real engine, sandboxes, runtimes and runners, for tests that invoke functions.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { openEmbedded } from "../src/engines/embedded/open.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { uuid } from "../src/kernel/ids.ts";
import type { Engine } from "../src/ports/engine.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { openRuntimes } from "../src/sandboxes/catalog/open.ts";
import { openSandboxes } from "../src/sandboxes/open.ts";
import type { FunctionRef, FunctionSettings, InvokeOptions, InvokeResult, Version } from "../src/functions/function.ts";
import type { HeartLimits } from "../src/functions/heart-limits.ts";
import type { Heart } from "../src/functions/heart.ts";
import type { Credentials } from "../src/functions/invocations/environment.ts";
import type { LogEvent } from "../src/functions/logs/log-groups.ts";
import { openHeart } from "../src/functions/open-heart.ts";
import { runnerFor } from "../src/functions/runners/runner-for.ts";

/** The same files are the same package, whenever they are deployed. */
const ZIP_DATE = "2026-01-01";

export const scope = { account: "000000000000", region: "us-east-1" };

export interface TestHeart extends AsyncDisposable {
  readonly heart: Heart;
  readonly engine: Engine;
  readonly dir: string;
  /** All messages, in the order in which they were written. */
  readonly lines: string[];
  /** Those of one function, in its own log group. */
  linesOf(ref: FunctionRef): readonly string[];
  /** Names of the log streams, in order of first use. */
  readonly streams: Set<string>;
  /** What the operator was told. */
  readonly told: { readonly sentence: string; readonly fields: Record<string, unknown> }[];
  deploy(name: string, files: Readonly<Record<string, string>>, settings?: Partial<FunctionSettings>): Promise<FunctionRef>;
  invoke(ref: FunctionRef, event?: unknown, options?: Partial<InvokeOptions>): Promise<InvokeResult>;
  /** The function's answer as JSON; throws when it failed. */
  call(ref: FunctionRef, event?: unknown): Promise<unknown>;
  /** Hands an event over durably; resolves to its request id. */
  send(ref: FunctionRef, event?: unknown): Promise<string>;
}

export interface TestHeartOptions {
  readonly isolation?: "auto" | "process";
  readonly limits?: Partial<HeartLimits>;
  readonly clock?: Clock;
  /** An existing directory, which then is not removed at the end. */
  readonly dir?: string;
  /** Host directory that functions of this name see at /opt. */
  readonly optOf?: (name: string) => string | undefined;
  readonly credentialsFor?: (version: Version) => Promise<Credentials>;
}

const sameForAll = async (): Promise<Credentials> => ({ accessKeyId: "AKIATEST", secretAccessKey: "secret", sessionToken: "token" });

export async function openTestHeart({ isolation = "auto", limits = {}, clock = systemClock, dir: given, optOf = () => undefined, credentialsFor = sameForAll }: TestHeartOptions = {}): Promise<TestHeart> {
  const dir = given ?? (await mkdtemp(join(tmpdir(), "fugaz-heart-")));
  const engine = await openEmbedded({ dir: join(dir, "data"), clock });
  const path = process.env["PATH"] ?? "";
  const sandboxes = await openSandboxes({ isolation, dir: join(dir, "sandboxes"), path, shelf: join(dir, "code") });
  const runtimes = openRuntimes({ projectDir: join(import.meta.dirname, ".."), dir: join(dir, "runtimes"), addedDir: join(dir, "added"), path, home: "/" });
  const lines: string[] = [];
  const byGroup = new Map<string, string[]>();
  const streams = new Set<string>();
  const told: TestHeart["told"] = [];
  const tell = (fields: unknown, sentence?: unknown): void => void told.push({ sentence: String(sentence), fields: fields as Record<string, unknown> });
  const heart = await openHeart({
    ports: engine, clock, sandboxes, runtimes, dir, limits,
    runnerFor: (family) => (spec, deps, initTimeoutMs) => {
      const opt = optOf(spec.version.name);
      return runnerFor(family)(opt === undefined ? spec : { ...spec, opt }, deps, initTimeoutMs);
    },
    logSink: {
      write: (_scope, group, stream, { message }: LogEvent) => {
        byGroup.set(group, [...(byGroup.get(group) ?? []), message]);
        streams.add(stream);
        lines.push(message);
      },
      flush: async () => undefined,
    },
    endpointUrl: () => "http://127.0.0.1:1",
    credentialsFor,
    logger: { warn: tell, error: tell },
  });
  const invoke = (ref: FunctionRef, event: unknown = {}, options: Partial<InvokeOptions> = {}): Promise<InvokeResult> =>
    heart.invoke(ref, { requestId: uuid(), payload: Buffer.from(JSON.stringify(event)), invokedArn: arnOf(ref), ...options });
  return {
    heart, engine, dir, lines, streams, told, invoke,
    linesOf: ({ name }) => byGroup.get(`/aws/lambda/${name}`) ?? [],
    deploy: async (name, files, settings = {}) => {
      const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, [strToU8(text), { os: 3, attrs: 0o100755 << 16, mtime: ZIP_DATE }]])));
      const code = await heart.packages.add(zip);
      const ref = { ...scope, name };
      const all = { ...defaults(name), ...settings };
      if (!(await heart.registry.update(ref, { code, settings: all }))) await heart.registry.create(scope, name, { code, settings: all, tags: {} });
      return ref;
    },
    call: async (ref, event) => {
      const { payload, functionError } = await invoke(ref, event);
      const text = Buffer.from(payload).toString();
      if (functionError) throw new Error(text);
      return JSON.parse(text) as unknown;
    },
    send: async (ref, event = {}) => {
      const requestId = uuid();
      await engine.store.commit([], [heart.asyncInvocation(ref, { requestId, payload: Buffer.from(JSON.stringify(event)), invokedArn: arnOf(ref) })]);
      return requestId;
    },
    [Symbol.asyncDispose]: async () => {
      await heart[Symbol.asyncDispose]();
      await sandboxes[Symbol.asyncDispose]();
      await engine.close();
      if (given === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

const arnOf = (ref: FunctionRef): string => `arn:aws:lambda:${ref.region}:${ref.account}:function:${ref.name}`;

const defaults = (name: string): FunctionSettings => ({
  dialect: "aws", description: "", runtime: "nodejs22.x", handler: "index.handler", role: "arn:aws:iam::000000000000:role/r", memoryMb: 256, timeoutMs: 5000, tmpMb: 512,
  env: {}, architecture: "x86_64", logs: { group: `/aws/lambda/${name}`, format: "Text", applicationLevel: undefined, systemLevel: undefined }, layers: [],
});
