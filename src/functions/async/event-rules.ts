// What is to become of a function's asynchronous events: how often they are tried, how old they may grow, who hears of their end.
import type { AsyncRetryRules } from "../../kernel/retry.ts";
import type { FunctionRecord } from "../function.ts";

export interface EventRules extends AsyncRetryRules {
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly deadLetter: string | undefined;
  /** The function is switched off (nothing reserved): its events fail at once. */
  readonly off: boolean;
}

/** The rules for events sent to a qualifier. As on the original, the dead-letter queue is that of `$LATEST` for every version. */
export function rulesOf(record: FunctionRecord | undefined, qualifier: string | undefined, defaults: AsyncRetryRules): EventRules {
  const facts = record?.eventInvoke[qualifier ?? "$LATEST"];
  return {
    retriesMax: facts?.retriesMax ?? defaults.retriesMax,
    ageMsMax: facts?.ageSecondsMax === undefined ? defaults.ageMsMax : facts.ageSecondsMax * 1000,
    onSuccess: facts?.onSuccess,
    onFailure: facts?.onFailure,
    deadLetter: record?.latest.settings.deadLetter,
    off: record?.concurrency.reserved === 0,
  };
}
