// What a CloudWatch Logs operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { LogGroups } from "../../functions/logs/log-groups.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface LogsDeps {
  readonly logs: LogGroups;
  readonly clock: Clock;
}

export type LogsContext = Call & LogsDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, LogsDeps>;
