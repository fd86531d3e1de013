// `fugaz events`: sample events of every source, to invoke functions with.
import { Command } from "commander";
import { allEvents } from "../events/catalog.ts";
import { withValue } from "../events/set-path.ts";
import { madeEvent } from "./sample-event.ts";
import { table } from "./table.ts";

interface Options {
  readonly set: readonly string[];
  readonly json?: true;
}

export const eventsCommand = (): Command =>
  new Command("events")
    .description("List the sample events, or print one")
    .argument("[name]", "event, such as s3:put; a source alone means its first event")
    .option("-s, --set <path=value>", "change one value, may be given again: Records.0.s3.bucket.name=pictures", (value: string, before: readonly string[]) => [...before, value], [])
    .option("--json", "the list as a JSON array of {name, what}")
    .addHelpText("after", "\n  $ fugaz events s3:put --set Records.0.s3.bucket.name=pictures | fugaz invoke thumbs --event -\n  $ fugaz invoke thumbs --event s3:put")
    .action(async (name: string | undefined, { set, json }: Options) => {
      if (name !== undefined) {
        const event = set.reduce(withValue, await madeEvent(name));
        process.stdout.write(`${JSON.stringify(event, null, 2)}\n`);
        return;
      }
      const all = (await allEvents()).map(({ name: each, event }) => ({ name: each, what: event.what }));
      process.stdout.write(json ? `${JSON.stringify(all, null, 2)}\n` : table(["NAME", "WHAT HAPPENED"], all.map(({ name: each, what }) => [each, what])));
    });
