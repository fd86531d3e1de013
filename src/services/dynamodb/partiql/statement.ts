// What statements mean: the four kinds, with conditions and actions in the same trees that expressions become.
import type { Item } from "../../../triggers/tables/attribute-value.ts";
import type { Action, Condition, Path } from "../expressions/syntax.ts";

export type Returning = "ALL_OLD" | "ALL_NEW" | "UPDATED_OLD" | "UPDATED_NEW";

export interface Select {
  readonly kind: "select";
  readonly table: string;
  readonly index: string | undefined;
  /** All attributes when absent. */
  readonly paths: readonly Path[] | undefined;
  readonly where: Condition | undefined;
  readonly order: readonly { readonly name: string; readonly descending: boolean }[];
}

export type Statement =
  | Select
  | { readonly kind: "insert"; readonly table: string; readonly item: Item }
  | { readonly kind: "update"; readonly table: string; readonly actions: readonly Action[]; readonly where: Condition | undefined; readonly returning: Returning | undefined }
  | { readonly kind: "delete"; readonly table: string; readonly where: Condition | undefined; readonly returning: Returning | undefined }
  /** Only in a transaction: the item of the select must be there. */
  | { readonly kind: "exists"; readonly select: Select };
