// What a DynamoDB operation is: a plain function, typed by the official client, with the few things it may touch.
import type * as sdk from "@aws-sdk/client-dynamodb";
import type { Clock } from "../../kernel/clock.ts";
import type { Store } from "../../ports/store.ts";
import type { Item } from "../../triggers/tables/attribute-value.ts";
import type { StoredItem } from "../../triggers/tables/packing.ts";
import type { Tables } from "../../triggers/tables/open-tables.ts";
import { JsonText } from "../../wire/codecs/json-text.ts";
import type { Call, Operation, OperationName } from "../../wire/service.ts";

export interface DynamoDbDeps {
  readonly tables: Tables;
  readonly store: Pick<Store, "get" | "list" | "commit">;
  readonly clock: Pick<Clock, "now">;
}

export type DynamoDbContext = Call & DynamoDbDeps;

export type Op<Name extends OperationName<typeof sdk>> = Operation<typeof sdk, Name, DynamoDbDeps>;

/** An item that is answered as it was read, without a look into it. */
export const wholeItem = (stored: StoredItem): Record<string, sdk.AttributeValue> => new JsonText(stored.json) as unknown as Record<string, sdk.AttributeValue>;

/** An item as the client's types have it; the values are the same. */
export const sdkItem = (item: Item): Record<string, sdk.AttributeValue> => item as unknown as Record<string, sdk.AttributeValue>;
