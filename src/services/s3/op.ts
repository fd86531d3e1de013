// What an S3 operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-s3";
import type { Heart } from "../../functions/heart.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Blobs } from "../../ports/blobs.ts";
import type { Store } from "../../ports/store.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";
import type { Queues } from "../../triggers/queues/queues.ts";
import type { Buses } from "../../triggers/buses/buses.ts";
import type { Topics } from "../../triggers/topics/topics.ts";
import { openStamps, type Stamps } from "./stamps.ts";
import { openTurns, type Turns } from "../../kernel/turns.ts";

export interface S3Deps {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly heart: Pick<Heart, "asyncInvocation" | "mayInvoke">;
  readonly queues: Pick<Queues, "delivery" | "maySend" | "records">;
  /** Opened when they are first needed. */
  readonly topics: () => Promise<Pick<Topics, "delivery" | "mayPublish" | "records">>;
  /** Opened when they are first needed. */
  readonly buses: () => Promise<Pick<Buses, "delivery">>;
  readonly clock: Clock;
  /** Orders changes of one key. */
  readonly stamps: Stamps;
  /** Lets writers of one key take turns, so that a contended key waits instead of conflicting. */
  readonly turns: Turns;
}

/** What a handler gets beside its input. */
export type S3Context = Call & S3Deps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, S3Deps>;

/** The input type of an operation, for helpers that several operations share. */
export type Input<Name extends OperationName<typeof sdk>> = Parameters<Op<Name>>[0];
export type Output<Name extends OperationName<typeof sdk>> = Awaited<ReturnType<Op<Name>>>;

/** Completes the ports with what lives as long as the service does. */
export function s3Deps(ports: Pick<S3Deps, "store" | "blobs" | "heart" | "queues" | "topics" | "buses" | "clock">): S3Deps {
  return { ...ports, stamps: openStamps(ports.clock), turns: openTurns() };
}
