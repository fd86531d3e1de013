// `fugaz tail sqs`: a queue's messages as they lie there and as they arrive; none is received, so nothing is disturbed.
import { GetQueueUrlCommand, QueueDoesNotExist, SQSClient } from "@aws-sdk/client-sqs";
import { Command } from "commander";
import type { SeenMessage } from "../../triggers/queues/queues.ts";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { fromOption, type From } from "./tail-shard.ts";
import { UserError } from "./user-error.ts";

interface Options extends Endpoint {
  readonly from: From;
  readonly json?: true;
}

export const tailQueueCommand = (): Command =>
  new Command("sqs")
    .description("Print the messages of a queue as they come, without receiving them")
    .argument("<name>", "queue name")
    .addOption(fromOption())
    .option("--json", "print one JSON object per line: messageId, sentMs, state, untilMs, receives, groupId, attributes, body and what else it carries")
    .addOption(endpointOption())
    .action(async (name: string, options: Options) => {
      const settings = clientSettings(options);
      const path = async (): Promise<string> => new URL((await new SQSClient(settings).send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? "").pathname;
      const reply = await fetch(new URL(`/_fugaz/queues/${settings.region}${await missing(path(), name)}?from=${options.from}`, options.endpoint));
      if (!reply.ok || !reply.body) throw new UserError(`The queue can not be looked at: ${await reply.text()}`);
      for await (const line of linesOf(reply.body)) if (line !== "") print(JSON.parse(line) as SeenMessage | Missed, options);
      // It ended in order: with the queue, or with the server.
      await path().catch((error: unknown) => {
        if (!(error instanceof QueueDoesNotExist)) throw error;
      });
    });

interface Missed {
  readonly missed: number;
}

const missing = <T>(answer: Promise<T>, name: string): Promise<T> =>
  answer.catch((error: unknown) => {
    throw error instanceof QueueDoesNotExist ? new UserError(`There is no queue ${name}.`) : error;
  });

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of body) {
      const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
      rest += first;
      for (const line of others) {
        yield rest;
        rest = line;
      }
    }
  } catch {
    throw new UserError("The connection to the server broke.");
  }
}

function print(message: SeenMessage | Missed, { json }: Options): void {
  if ("missed" in message) process.stderr.write(`fugaz: ${message.missed} messages came faster than they could be shown.\n`);
  else process.stdout.write(`${json ? JSON.stringify(message) : line(message)}\n`);
}

function line({ messageId, sentMs, state, untilMs, receives, groupId, attributes, body }: SeenMessage): string {
  const until = untilMs === undefined ? "" : ` until ${new Date(untilMs).toISOString()}`;
  const plain = Object.entries(attributes ?? {}).map(([name, { text, bytes }]) => [name, text ?? bytes]);
  return [
    new Date(sentMs).toISOString(), messageId, `${state.replace("-", " ")}${until}`, `received ${receives}`,
    ...(groupId === undefined ? [] : [`group ${groupId}`]), ...(plain.length === 0 ? [] : [JSON.stringify(Object.fromEntries(plain))]), body,
  ].join("  ");
}
