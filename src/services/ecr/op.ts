// What an ECR operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-ecr";
import type { Clock } from "../../kernel/clock.ts";
import type { Blobs } from "../../ports/blobs.ts";
import type { Store } from "../../ports/store.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";
import type { Scope } from "./records.ts";

/** What the registry's contents live on. */
export interface Registry {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly clock: Pick<Clock, "now">;
}

export interface EcrDeps extends Registry {
  /** Whose registry an address is that names no account and region. */
  readonly home: Scope;
}

export type EcrContext = Call & EcrDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, EcrDeps>;

/** Another account's registry may be named by its id. */
export const scopeOf = (registryId: string | undefined, { account, region }: Pick<Call, "account" | "region">): Scope => ({ account: registryId ?? account, region });
