// Keeps one instance's HTTP endpoint open ahead, as opening one takes a third of a millisecond that a start should not wait for.
import type { Clock } from "../../kernel/clock.ts";
import { openSandboxApi, type SandboxApi } from "./sandbox-api.ts";

export interface ApiSource extends AsyncDisposable {
  /** Whoever takes it closes it. */
  take(): Promise<SandboxApi>;
}

/** Ours: how long the start that has just taken one has the machine before the next is opened. */
const REFILL_MS = 40;

/** The first is opened when it is asked for: a server that starts nothing has none. */
export function openApiSource(clock: Clock): ApiSource {
  let ahead: Promise<SandboxApi> | undefined;
  let cancel: (() => void) | undefined;
  const refill = (): void => {
    cancel = undefined;
    ahead ??= openSandboxApi();
    // Who takes it hears why there is none.
    ahead.catch(() => {});
  };
  return {
    take: async () => {
      const taken = ahead;
      ahead = undefined;
      cancel ??= clock.after(REFILL_MS, refill);
      return (await taken?.catch(() => undefined)) ?? (await openSandboxApi());
    },
    [Symbol.asyncDispose]: async () => {
      cancel?.();
      await (await ahead?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
