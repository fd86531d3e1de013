// What a Lambda operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-lambda";
import type { Heart } from "../../functions/heart.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Runtimes } from "../../ports/runtimes.ts";
import type { Store } from "../../ports/store.ts";
import type { Mappings } from "../../triggers/mappings/open-mappings.ts";
import type { Queues } from "../../triggers/queues/queues.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";
import type { CodeLinks } from "./code-links.ts";

export interface LambdaDeps {
  readonly heart: Heart;
  readonly store: Pick<Store, "commit" | "get" | "list">;
  readonly runtimes: Runtimes;
  readonly clock: Pick<Clock, "now">;
  readonly codeLinks: CodeLinks;
  readonly mappings: Mappings;
  readonly queues: Pick<Queues, "records">;
}

export type LambdaContext = Call & LambdaDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, LambdaDeps>;

/** The input and output types of an operation, for what several operations share. */
export type Input<Name extends OperationName<typeof sdk>> = Parameters<Op<Name>>[0];
export type Output<Name extends OperationName<typeof sdk>> = Awaited<ReturnType<Op<Name>>>;
