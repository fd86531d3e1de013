// What an SNS operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-sns";
import type { Heart } from "../../functions/heart.ts";
import type { Queues } from "../../triggers/queues/queues.ts";
import type { Topics } from "../../triggers/topics/topics.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface SnsDeps {
  readonly topics: Topics;
  readonly queues: Pick<Queues, "records">;
  readonly heart: Pick<Heart, "versionOf">;
}

export type SnsContext = Call & SnsDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, SnsDeps>;

/** The input type of an operation, for what several operations share. */
export type Input<Name extends OperationName<typeof sdk>> = Parameters<Op<Name>>[0];
