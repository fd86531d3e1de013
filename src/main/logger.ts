// The server's log on standard error, one JSON object a line; its library is loaded with the first line.
import { createRequire } from "node:module";
import type { Logger } from "pino";
import type { Config } from "./config.ts";

/** The levels the server uses. */
export type ServerLog = Pick<Logger, "warn" | "error">;

export function openLogger({ logLevel }: Pick<Config, "logLevel">): ServerLog {
  let opened: Logger | undefined;
  const logger = (): Logger => {
    if (opened) return opened;
    const { pino } = createRequire(import.meta.url)("pino") as typeof import("pino");
    return (opened = pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2)));
  };
  return { warn: (fields: object, sentence?: string) => logger().warn(fields, sentence), error: (fields: object, sentence?: string) => logger().error(fields, sentence) };
}
