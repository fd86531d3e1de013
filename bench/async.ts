// Asynchronous events by the ten thousand: how fast they are accepted and worked off, what the server holds while they wait, and what `kill -9` in the middle costs.
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { clientSettings } from "../src/main/cli/client.ts";
import { startChild } from "../src/main/cli/demo-server.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { invocations, openCalls } from "./calls.ts";
import { startEventCounter } from "./event-counter.ts";
import { load, type Row } from "./load.ts";
import { memoryOf } from "./process-memory.ts";

const NAME = "bench-events";
const ONE_CALLER_MS = 2000;
const CALLERS = 64;
/** Ours: nothing new for so long means that nothing more will come; longer than a lease of a killed server lasts. */
const QUIET_MS = 30_000;
const REST_MS = 3000;

/** Fills a queue with so many events, kills the server when a third is done, starts it again and waits for the rest. `dir` must be empty. */
export async function benchAsync(dir: string, events: number): Promise<readonly Row[]> {
  await using counter = await startEventCounter();
  const flags = ["--data-dir", join(dir, "events")];
  let server = await startChild(flags);
  const lambda = new LambdaClient(clientSettings({ endpoint: server.endpoint }));
  await counter.makeClosed(lambda, NAME);

  using calls = openCalls(server.endpoint, CALLERS);
  let sent = 0;
  const send = () => calls.send("POST", invocations(NAME), `{"n":${sent++}}`, { "x-amz-invocation-type": "Event" });
  const one = await load(1, Math.min(ONE_CALLER_MS, events / 5), send);
  const filling = systemClock.monotonicMs();
  const before = sent;
  const caller = async (): Promise<void> => {
    if (sent >= events) return;
    await send();
    return caller();
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const many = ((sent - before) / (systemClock.monotonicMs() - filling)) * 1000;
  await systemClock.sleep(REST_MS);
  const { nowMb } = await memoryOf(server.pid);

  const drained = async (share: number, from = counter.seen.size): Promise<number> => {
    const begun = systemClock.monotonicMs();
    let [size, changedMs] = [from, begun];
    while (counter.seen.size < sent * share && systemClock.monotonicMs() - changedMs < QUIET_MS) {
      await systemClock.sleep(5);
      if (counter.seen.size > size) [size, changedMs] = [counter.seen.size, systemClock.monotonicMs()];
    }
    return ((counter.seen.size - from) / (changedMs - begun)) * 1000;
  };
  await counter.open(lambda, NAME);
  const perSecond = await drained(1 / 3);
  process.kill(server.pid, "SIGKILL");
  await server.stop().catch(() => undefined);
  const restarting = systemClock.monotonicMs();
  server = await startChild(flags);
  const again = await drained(0.5);
  await drained(1);
  const wholeMs = systemClock.monotonicMs() - restarting;
  const peak = await memoryOf(server.pid);
  // What comes twice has come by then.
  await systemClock.sleep(1000);
  await server.stop();
  const waiting = `${sent} events waiting`;
  return [
    { what: "Invoke as an event, 1 caller", value: one.perSecond, unit: "/s" },
    { what: "Invoke as an event, 1 caller, p50", value: one.p50Ms, unit: "ms" },
    { what: `Invoke as an event, ${CALLERS} callers`, value: many, unit: "/s" },
    { what: `memory with ${waiting} (RSS)`, value: nowMb, unit: "MB" },
    { what: `events worked off, ${waiting}`, value: perSecond, unit: "/s" },
    { what: "events worked off, after kill -9 and a restart", value: again, unit: "/s" },
    { what: "from the restart to the last event", value: wholeMs, unit: "ms" },
    { what: "memory at its highest after the restart (RSS)", value: peak.peakMb, unit: "MB" },
    { what: `of ${sent} events, with kill -9 in the middle: lost`, value: sent - counter.seen.size, unit: "" },
    { what: `of ${sent} events, with kill -9 in the middle: run twice`, value: counter.total - counter.seen.size, unit: "" },
  ];
}
