// What an STS operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-sts";
import type { Sessions } from "../../functions/credentials/sessions.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface StsDeps {
  readonly sessions: Pick<Sessions, "issue" | "find">;
  readonly clock: Pick<Clock, "now">;
}

export type StsContext = Call & StsDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, StsDeps>;
