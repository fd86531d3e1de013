// Parts of items: what a projection names, with the maps and lists around it.
import { attributeOf, setAttribute, type AttributeValue, type Item } from "../../../triggers/tables/attribute-value.ts";
import { invalid } from "../faults.ts";
import { valueAt } from "./evaluate.ts";
import { showPath } from "./resolve.ts";
import type { Path } from "./syntax.ts";

/** The wanted children of a value; a leaf wants all of it. */
interface Wanted {
  readonly children: Map<string | number, Wanted>;
}

export interface Projection extends Wanted {
  /** Of a statement: each path is a column of its own, which has the last name on it. */
  readonly columns?: readonly Path[];
  /** It came as AttributesToGet. */
  readonly legacy?: boolean;
}

/** Throws when two paths overlap: one of them would be lost. */
export function compileProjection(paths: readonly Path[], what = "ProjectionExpression"): Projection {
  refuseOverlaps(paths, what);
  const root: Wanted = { children: new Map() };
  for (const path of paths) {
    let at = root;
    for (const part of path) {
      const next: Wanted = at.children.get(part) ?? { children: new Map() };
      at.children.set(part, next);
      at = next;
    }
  }
  return root;
}

/** What a SELECT names. */
export const compileColumns = (paths: readonly Path[]): Projection => ({ ...compileProjection(paths, "Statement"), columns: paths });

/** Two paths of which one leads through the other, or that take one place for a map and for a list. */
export function refuseOverlaps(paths: readonly Path[], what: string): void {
  paths.forEach((a, at) => {
    for (const b of paths.slice(at + 1)) {
      const shared = a.findIndex((part, depth) => part !== b[depth]);
      const words = (problem: string): Error =>
        invalid(`Invalid ${what}: Two document paths ${problem} with each other; must remove or rewrite one of these paths; path one: ${showPath(a)}, path two: ${showPath(b)}`);
      if (shared === -1 || shared === b.length) throw words("overlap");
      if (typeof a[shared] !== typeof b[shared]) throw words("conflict");
    }
  });
}

/** The attributes of the item that are wanted; list elements close up. */
export function projectItem(item: Item, { children, columns }: Projection): Item {
  const result: Record<string, AttributeValue> = {};
  if (columns) {
    for (const path of columns) {
      const value = valueAt(item, path);
      if (value) setAttribute(result, String(path.findLast((part) => typeof part === "string")), value);
    }
    return result;
  }
  for (const [name, wanted] of children) {
    const value = typeof name === "string" ? attributeOf(item, name) : undefined;
    const part = value && project(value, wanted);
    if (part) setAttribute(result, String(name), part);
  }
  return result;
}

function project(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted.children.size === 0) return value;
  if (value.L) {
    const positions = [...wanted.children.keys()].filter((part) => typeof part === "number").toSorted((a, b) => a - b);
    const elements = positions.flatMap((position) => {
      const [element, below] = [value.L?.[position], wanted.children.get(position)];
      return (element && below && project(element, below)) ?? [];
    });
    return elements.length > 0 ? { L: elements } : undefined;
  }
  if (!value.M) return undefined;
  const inner = projectItem(value.M, wanted);
  return Object.keys(inner).length > 0 ? { M: inner } : undefined;
}

/** The attributes a projection touches, at the top. */
export const attributesOf = ({ children }: Projection): readonly string[] => [...children.keys()].map(String);

/** Those of them it looks into; none without a projection. */
export const nestedOf = (projection: Projection | undefined): readonly string[] => [...(projection?.children ?? [])].flatMap(([name, below]) => (below.children.size > 0 ? [String(name)] : []));
