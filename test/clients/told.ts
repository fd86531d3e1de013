// Functions that tell in their logs what they were given, one JSON value a line.
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { eventually, type TestCloud } from "./harness.ts";

/** Code that tells its whole event. */
export const teller = "export const handler = async (event) => { console.log('TOLD ' + JSON.stringify(event)); };";

/** What a function has told, once `enough` says so. */
export async function told<T>({ logs }: Pick<TestCloud, "logs">, name: string, enough: (lines: readonly T[]) => boolean): Promise<readonly T[]> {
  let lines: readonly T[] = [];
  return eventually(`the lines of ${name}`, async () => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, filterPattern: "TOLD" })).catch(() => ({ events: [] }));
    lines = events.map(({ message = "" }) => JSON.parse(message.slice(message.indexOf("TOLD") + 5)) as T);
    return enough(lines) ? lines : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; there are ${JSON.stringify(lines).slice(0, 2000)}`);
  });
}
