// `fugaz logs`: what a function wrote, across all its instances, in time order.
import type { CloudWatchLogsClient, FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { Command, InvalidArgumentError, Option } from "commander";
import { systemClock } from "../system-clock.ts";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { UserError } from "./user-error.ts";

interface Options extends Endpoint {
  readonly follow?: true;
  readonly since: number;
  readonly json?: true;
}

/** How often `--follow` looks for news. */
const FOLLOW_MS = 500;
/** How late another instance's lines may come in and still be printed. */
const LATE_MS = 60_000;

export const logsCommand = (): Command =>
  new Command("logs")
    .description("Print the log of a function")
    .argument("<name>", "function name")
    .option("-f, --follow", "keep printing new lines until interrupted")
    .addOption(new Option("-s, --since <age>", "how far back: 30s, 15m, 2h, 7d").argParser(parseAge).default(24 * 3_600_000, "24h"))
    .option("--json", "print one JSON object per line: timestamp, stream, message")
    .addOption(endpointOption())
    .action(async (name: string, options: Options) => {
      const group = await groupOf(name, options);
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      const client = new CloudWatchLogsClient(clientSettings(options));
      const seen = new Map<string, number>();
      let startTime = systemClock.now() - options.since;
      for (;;) {
        for await (const event of eventsSince(client, group, startTime)) {
          const id = event.eventId ?? `${event.logStreamName}/${event.timestamp}/${event.message}`;
          if (seen.has(id)) continue;
          seen.set(id, event.timestamp ?? 0);
          startTime = Math.max(startTime, (event.timestamp ?? 0) - LATE_MS);
          process.stdout.write(options.json ? `${JSON.stringify({ timestamp: event.timestamp, stream: event.logStreamName, message: event.message })}\n` : `${(event.message ?? "").trimEnd()}\n`);
        }
        if (!options.follow) return;
        for (const [id, at] of seen) if (at < startTime) seen.delete(id);
        await systemClock.sleep(FOLLOW_MS);
      }
    });

/** The function's own log group; a deleted function's default group can still be read. */
async function groupOf(name: string, options: Endpoint): Promise<string> {
  const { GetFunctionConfigurationCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const reply = await new LambdaClient(clientSettings(options)).send(new GetFunctionConfigurationCommand({ FunctionName: name })).catch((error: unknown) => {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  });
  return reply?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
}

async function* eventsSince(client: CloudWatchLogsClient, logGroupName: string, startTime: number): AsyncGenerator<FilteredLogEvent> {
  const { FilterLogEventsCommand, ResourceNotFoundException } = await import("@aws-sdk/client-cloudwatch-logs");
  let nextToken: string | undefined;
  do {
    const page = await client.send(new FilterLogEventsCommand({ logGroupName, startTime, nextToken })).catch((error: unknown) => {
      throw error instanceof ResourceNotFoundException ? new UserError(`There is no log group ${logGroupName}: no such function has run here yet.`) : error;
    });
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}

function parseAge(text: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(text);
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ""];
  if (!match || unit === undefined) throw new InvalidArgumentError("Give a number and a unit: 30s, 15m, 2h or 7d.");
  return Number(match[1]) * unit;
}
