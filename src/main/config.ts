// One schema for everything the server can be told, read once and frozen, so that no room ever looks at the environment.
import { resolve } from "node:path";
import { z } from "zod";

const schema = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  /** 0 picks a free port. */
  port: z.coerce.number().int().min(0).max(65_535).default(4566),
  dataDir: z.string().min(1).default(".fugaz"),
  isolation: z.enum(["auto", "bubblewrap", "process"]).default("auto"),
  /** For requests whose credentials name no region. */
  region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "must be the name of an AWS region, such as us-east-1").default("us-east-1"),
  /** For requests whose credentials name no account. */
  account: z.string().regex(/^\d{12}$/, "must be 12 digits").default("000000000000"),
  /** How fast a streamed response may come once its first 6 MB have gone, in MB per second. */
  streamRate: z.union([z.literal("unlimited"), z.coerce.number().positive()], "must be a number of MB per second, or unlimited").default(2),
  /** Whether shards of streams take and give only what the original's do per second. */
  kinesisLimits: z.enum(["off", "enforce"]).default("off"),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  /** The PATH in which interpreters and bwrap are looked up. */
  path: z.string().default("/usr/local/bin:/usr/bin:/bin"),
  home: z.string().default("/"),
});

export type Config = Readonly<z.infer<typeof schema>>;

/** Checks and completes settings; throws an Error whose message names the setting and what it must be. */
export function readConfig(settings: Readonly<Record<string, unknown>>): Config {
  const result = schema.safeParse(settings);
  if (!result.success) {
    const [issue] = result.error.issues;
    const name = issue?.path.join(".") ?? "settings";
    throw new Error(`The setting ${name} is not right: ${issue?.message ?? "unknown problem"} (it was ${JSON.stringify(settings[name])}).`);
  }
  if ((result.data.tlsCert === undefined) !== (result.data.tlsKey === undefined))
    throw new Error("TLS needs both a certificate and its key: give --tls-cert and --tls-key together.");
  return Object.freeze({ ...result.data, dataDir: resolve(result.data.dataDir) });
}
