// `fugaz invoke`: run one function now and see what it says.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { Command } from "commander";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { UserError } from "./user-error.ts";

interface Options extends Endpoint {
  readonly event?: string;
  readonly log?: true;
}

export const invokeCommand = (): Command =>
  new Command("invoke")
    .description("Run a function once and print its answer; exits 1 when the function fails")
    .argument("<name>", "function name, or name:qualifier, or ARN")
    .option("-e, --event <file>", "JSON file with the event, - for standard input, or the name of a sample such as s3:put (default: an empty object)")
    .option("-l, --log", "print the log of this invocation to standard error")
    .addOption(endpointOption())
    .action(async (name: string, options: Options) => {
      const { InvokeCommand, LambdaClient, ResourceNotFoundException } = await import("@aws-sdk/client-lambda");
      const client = new LambdaClient(clientSettings(options));
      const reply = await client
        .send(new InvokeCommand({ FunctionName: name, Payload: await readEvent(options.event), ...(options.log ? { LogType: "Tail" as const } : {}) }))
        .catch((error: unknown) => {
          throw error instanceof ResourceNotFoundException ? new UserError(`${error.message}. \`fugaz list\` shows the functions there are.`) : error;
        });
      if (options.log && reply.LogResult) process.stderr.write(Buffer.from(reply.LogResult, "base64"));
      process.stdout.write(`${Buffer.from(reply.Payload ?? []).toString()}\n`);
      if (reply.FunctionError) process.exitCode = 1;
    });

async function readEvent(source: string | undefined): Promise<Buffer> {
  if (source === undefined) return Buffer.from("{}");
  // Files have dots or slashes, or are there.
  if (/^[a-z][a-z0-9:-]*$/.test(source) && !existsSync(source)) return Buffer.from(JSON.stringify(await (await import("./sample-event.ts")).madeEvent(source)));
  const bytes = await (source === "-" ? buffer(process.stdin) : readFile(source)).catch((error: Error) => {
    throw new UserError(`The event can not be read: ${error.message}`);
  });
  try {
    JSON.parse(bytes.toString());
  } catch (error) {
    throw new UserError(`The event is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return bytes;
}
