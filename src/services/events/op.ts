// What an EventBridge operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../kernel/clock.ts";
import type { Buses } from "../../triggers/buses/buses.ts";
import type { Queues } from "../../triggers/queues/queues.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface EventsDeps {
  readonly buses: Buses;
  readonly queues: Pick<Queues, "records">;
  readonly clock: Pick<Clock, "now">;
}

export type EventsContext = Call & EventsDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, EventsDeps>;

/** The input type of an operation, for what several operations share. */
export type Input<Name extends OperationName<typeof sdk>> = Parameters<Op<Name>>[0];
