// The environment a function finds, name by name as the original sets it.
import type { Runtime } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import { commandOf } from "../images/image-command.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface EnvironmentFacts {
  readonly credentials: Credentials;
  /** Where the AWS SDKs inside reach this server. */
  readonly endpointUrl: string;
  readonly logStream: string;
  readonly initialization: Initialization;
}

/** What made an instance boot: an event, or the promise to keep it ready. */
export type Initialization = "on-demand" | "provisioned-concurrency";

/**
 * The whole environment except what the runner adds (AWS_LAMBDA_RUNTIME_API, `_LAMBDA_TELEMETRY_LOG_FD`). Source: spec of the original, recorded
 * on AWS in January 2026. Order of strength: defaults, the runtime's paths, the function's own variables, reserved names.
 */
export function environmentOf(version: Version, runtime: Runtime, facts: EnvironmentFacts): Readonly<Record<string, string>> {
  const base = version.code.image ? { ...imageDefaults(facts), ...version.code.image.env } : { ...defaults(runtime, facts), ...runtime.env };
  return { ...base, ...version.settings.env, ...reserved(version, runtime, facts) };
}

/** An image sets its own paths; what it leaves open is as in any container. */
const imageDefaults = (facts: EnvironmentFacts): Readonly<Record<string, string>> => ({
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", TZ: ":UTC", HOME: "/tmp", ...services(facts),
});

/** What a function may override. */
function defaults(runtime: Runtime, facts: EnvironmentFacts): Readonly<Record<string, string>> {
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    LD_LIBRARY_PATH: "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    SHLVL: "0",
    ...services(facts),
    ...languagePaths(runtime),
  };
}

/** Where the services of the platform are reached. */
const services = ({ endpointUrl }: EnvironmentFacts): Readonly<Record<string, string>> => ({
  AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
  AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1:2000",
  _AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1",
  _AWS_XRAY_DAEMON_PORT: "2000",
  AWS_ENDPOINT_URL: endpointUrl,
});

function languagePaths({ family, name }: Runtime): Readonly<Record<string, string>> {
  if (family === "python") return { PYTHONPATH: "/var/runtime" };
  if (family !== "node") return {};
  const major = /^nodejs(\d+)\.x$/.exec(name)?.[1];
  const ofVersion = major === undefined ? [] : [`/opt/nodejs/node${major}/node_modules`];
  return { NODE_PATH: [...ofVersion, "/opt/nodejs/node_modules", "/var/runtime/node_modules", "/var/runtime", "/var/task"].join(":") };
}

function reserved(version: Version, runtime: Runtime, facts: EnvironmentFacts): Readonly<Record<string, string>> {
  const { settings } = version;
  const { logs } = settings;
  return {
    // Of an image: what the runtime's program is told as its first word.
    _HANDLER: version.code.image ? (commandOf(version.code.image, settings.imageConfig).command[0] ?? "") : settings.handler,
    AWS_REGION: version.region,
    AWS_DEFAULT_REGION: version.region,
    AWS_ACCESS_KEY_ID: facts.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: facts.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: facts.credentials.sessionToken,
    // Custom runtimes do not get it: on AWS it names the managed runtime.
    ...(runtime.family === "provided" ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}` }),
    AWS_LAMBDA_FUNCTION_NAME: version.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${settings.memoryMb}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: facts.initialization,
    AWS_LAMBDA_LOG_GROUP_NAME: logs.group,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    AWS_LAMBDA_LOG_FORMAT: logs.format,
    ...(logs.format === "JSON" && logs.applicationLevel !== undefined ? { AWS_LAMBDA_LOG_LEVEL: logs.applicationLevel } : {}),
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
  };
}

/** The log stream of one instance; `random` is 32 hex digits. In a group that several functions may share, the name says whose it is. */
export function logStreamName(version: Version, nowMs: number, random: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll("-", "/");
  const whose = version.settings.logs.group === `/aws/lambda/${version.name}` ? "" : version.name;
  return `${day}/${whose}[${version.version}]${random}`;
}
