// Reads what an extension asks of the Telemetry API or of its forerunner, the Logs API, and says everything that is wrong with it at once.
import { isObject } from "../../kernel/is-object.ts";
import type { Category } from "./hub.ts";

export type Destination = { readonly kind: "http"; readonly port: number; readonly path: string } | { readonly kind: "tcp"; readonly port: number };

export interface Buffering {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export interface Subscription {
  readonly schemaVersion: string;
  readonly types: readonly Category[];
  readonly destination: Destination;
  readonly buffering: Buffering;
}

export type Api = "telemetry" | "logs";

/** AWS: bounds and defaults of the buffer in the Telemetry API's reference. */
const BUFFERING = { maxItems: [1000, 10_000, 10_000], maxBytes: [262_144, 1_048_576, 262_144], timeoutMs: [25, 30_000, 1000] } as const;
const VERSIONS: Readonly<Record<Api, readonly string[]>> = { telemetry: ["2022-07-01", "2022-12-13", "2025-01-29"], logs: ["2020-08-15", "2021-03-18"] };
const TYPES: ReadonlySet<unknown> = new Set(["platform", "function", "extension"]);
/** The names by which the platform reaches what listens inside the sandbox; the older API called it `sandbox`. */
const HOSTS = new Set(["sandbox.localdomain", "sandbox"]);
/** AWS: the runtime API's own. */
const RESERVED_PORT = 9001;

/** The subscription, or the message of the ValidationError. */
export function readSubscription(api: Api, body: string): Subscription | string {
  const asked = parsed(body);
  if (!asked) return "the request body is not a JSON object";
  const problems: string[] = [];
  const complain = (problem: string): undefined => void problems.push(problem);
  // The older API had one version for years before it asked for a name.
  const schemaVersion = asked["schemaVersion"] ?? (api === "logs" ? "2020-08-15" : undefined);
  if (!VERSIONS[api].includes(String(schemaVersion))) complain(`schemaVersion should be one of ${VERSIONS[api].join(", ")}`);
  const types = Array.isArray(asked["types"]) ? (asked["types"] as unknown[]) : [];
  if (types.length === 0) complain("types should not be empty");
  for (const type of types) if (!TYPES.has(type)) complain(`unknown type ${JSON.stringify(type)}`);
  const destination = readDestination(asked["destination"], complain);
  const buffering = readBuffering(asked["buffering"], complain);
  if (problems.length > 0 || !destination) return problems.join("; ");
  return { schemaVersion: String(schemaVersion), types: types as Category[], destination, buffering };
}

function readDestination(given: unknown, complain: (problem: string) => undefined): Destination | undefined {
  if (!isObject(given)) return complain("destination is not provided");
  if (given["protocol"] === "TCP") {
    const port = given["port"];
    return isPort(port) ? { kind: "tcp", port } : complain("destination port should be a number from 1 to 65535, and not 9001");
  }
  if (given["protocol"] !== "HTTP") return complain("destination protocol should be HTTP or TCP");
  const url = URL.parse(String(given["URI"] ?? ""));
  if (!url || url.protocol !== "http:") return complain("destination URI should be an http URI");
  if (!HOSTS.has(url.hostname)) return complain("URI host should be sandbox.localdomain");
  // A URL object hides port 80, which is the one that need not be named.
  if (url.port === "" && !/:80(\/|$)/.test(String(given["URI"]))) return complain("URI port is not provided");
  const port = url.port === "" ? 80 : Number(url.port);
  return isPort(port) ? { kind: "http", port, path: url.pathname + url.search } : complain("URI port should be a number from 1 to 65535, and not 9001");
}

function readBuffering(given: unknown, complain: (problem: string) => undefined): Buffering {
  const asked = isObject(given) ? given : {};
  if (given !== undefined && !isObject(given)) complain("buffering should be an object");
  const bounded = (name: keyof typeof BUFFERING): number => {
    const [least, most, otherwise] = BUFFERING[name];
    const value = asked[name] ?? otherwise;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    complain(`${name} should be between ${least} and ${most}`);
    return otherwise;
  };
  return { maxItems: bounded("maxItems"), maxBytes: bounded("maxBytes"), timeoutMs: bounded("timeoutMs") };
}

const isPort = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536 && value !== RESERVED_PORT;

function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
