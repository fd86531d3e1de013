// Kill the server while thousands of asynchronous events wait and run, start it again: none is lost, and few run twice.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { type EventCounter, startEventCounter } from "../../bench/event-counter.ts";
import { invocations, openCalls } from "../../bench/calls.ts";
import { killableServer } from "./child-server.ts";
import { eventually } from "./harness.ts";

const EVENTS = 2000;
const CALLERS = 16;
/** Leased ahead at most, and running: what one kill can make run again. */
const TWICE_MAX = 300;

const server = killableServer();
const seen = (counter: EventCounter, count: number) => eventually(`${count} events`, async () => (counter.seen.size >= count ? true : undefined), 60_000);

test(`of ${EVENTS} events, none is lost when the server is killed while it takes them in and again while it works them off`, async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  process.stdout.write(`events before the kills, seed ${seed}\n`);
  await using counter = await startEventCounter();
  let settings = await server.start();
  await counter.makeClosed(new LambdaClient(settings), "counts");
  const acknowledged = new Set<number>();
  let next = 0;
  const fill = async (upTo: number): Promise<void> => {
    using calls = openCalls(settings.endpoint, CALLERS);
    const caller = async (): Promise<void> => {
      for (let n = next++; n < upTo; n = next++) {
        await calls.send("POST", invocations("counts"), `{"n":${n}}`, { "x-amz-invocation-type": "Event" });
        acknowledged.add(n);
        if (acknowledged.size === EVENTS / 2 + (seed % 100)) server.kill();
      }
    };
    await Promise.allSettled(Array.from({ length: CALLERS }, caller));
  };
  await fill(EVENTS);
  expect(acknowledged.size).toBeGreaterThanOrEqual(EVENTS / 2);
  settings = await server.start();
  await Promise.all([fill(EVENTS), counter.open(new LambdaClient(settings), "counts")]);
  await seen(counter, Math.floor(EVENTS / 3) + (seed % 200));
  server.kill();
  settings = await server.start();
  await eventually("the last event", async () => ([...acknowledged].every((n) => counter.seen.has(n)) ? true : undefined), 60_000);
  const twice = counter.total - counter.seen.size;
  process.stdout.write(`${acknowledged.size} acknowledged, ${counter.seen.size} seen, ${twice} run twice\n`);
  expect(twice).toBeLessThanOrEqual(2 * TWICE_MAX);
  const { StatusCode } = await new LambdaClient(settings).send(new InvokeCommand({ FunctionName: "counts", Payload: '{"n":-1}' }));
  expect(StatusCode).toBe(200);
}, 180_000);
