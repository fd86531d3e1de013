// How a run ends: at once, or in the order and within the time that extensions are promised.
import type { Clock } from "../../kernel/clock.ts";
import type { ShutdownReason } from "../extensions/crew.ts";
import type { Run } from "./run.ts";

/** AWS: how long an environment may take to shut down, with extensions of its own processes or only inside the runtime; without any there is no time. */
const SHUTDOWN_MS = { external: 2000, internal: 500 } as const;
/** AWS: the runtime's share of that time, from SIGTERM to SIGKILL. */
const RUNTIME_SHARE = 0.3;

/** The runtime is asked, then made to go; then the extensions have the rest of the time. */
export function shutDown(run: Run, clock: Clock, reason: ShutdownReason): Promise<void> {
  return (run.closing ??= inOrder(run, clock, reason));
}

async function inOrder(run: Run, clock: Clock, reason: ShutdownReason): Promise<void> {
  const { crew, launched, subscriptions } = run;
  const budgetMs = launched.supervised ? SHUTDOWN_MS.external : SHUTDOWN_MS.internal;
  const deadlineMs = clock.now() + budgetMs;
  await launched.sandbox.thaw();
  subscriptions.resume();
  crew.leaving();
  void subscriptions.flush();
  if (!run.exit) {
    await launched.terminateRuntime();
    await atMost(clock, budgetMs * RUNTIME_SHARE, run.ended);
    if (!run.exit) launched.killRuntime();
  }
  await atMost(clock, deadlineMs - clock.now(), crew.shutdown(reason, deadlineMs));
  await kill(run);
}

export async function kill(run: Run): Promise<void> {
  await run.launched.sandbox.kill();
  await run.ended;
}

export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.after(Math.max(0, ms), resolve);
    void work.then(() => resolve(), reject).finally(cancel);
  });
}
