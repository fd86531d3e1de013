// What an IAM operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-iam";
import type { Sessions } from "../../functions/credentials/sessions.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Store } from "../../ports/store.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface IamDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
  readonly sessions: Pick<Sessions, "find">;
}

export type IamContext = Call & IamDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, IamDeps>;
