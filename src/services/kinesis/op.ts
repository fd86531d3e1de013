// What a Kinesis operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-kinesis";
import type { Clock } from "../../kernel/clock.ts";
import type { Streams } from "../../triggers/streams/open-streams.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";
import { openSubscriptions, type Subscriptions } from "./subscriptions.ts";

export interface KinesisDeps {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
}

export type KinesisContext = Call & KinesisDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, KinesisDeps>;

export const kinesisDeps = ({ streams, clock }: Pick<KinesisDeps, "streams" | "clock">): KinesisDeps => ({ streams, clock, subscriptions: openSubscriptions(clock) });
