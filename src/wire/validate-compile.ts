// Turns the shapes of an operation's input into checks, once, so that ordinary input costs microseconds.
import { assert } from "../kernel/fault.ts";
import type { ListShape, MapShape, Model, ShapeModel, StringShape, StructureShape } from "./model.ts";
import { inEnum, inPattern, lengthAtLeast, lengthAtMost, lengthSentences, lowerFirst, NOT_NULL, sentencesOf, showValue, valueAtLeast, valueAtMost, violation } from "./validate-sentences.ts";

/** Appends what is wrong with the value at the path. */
export type Check = (value: unknown, path: string, violations: string[]) => void;

/** `required` checks only that nothing required is missing. */
export type Extent = "all" | "required";

/** Ours: AWS gives some patterns no length to go with them; longer texts are refused rather than matched. */
const PATTERN_CHARACTERS_MAX = 65_536;

interface Compiler {
  readonly model: Model;
  readonly extent: Extent;
  /** Undefined: nothing to check. A shape that contains itself finds a check that looks itself up. */
  readonly known: Map<string, Check | undefined>;
}

/** The check of a shape, or undefined when nothing in it can be wrong. */
export function compileChecks(model: Model, shapeName: string, extent: Extent): Check | undefined {
  return compile({ model, extent, known: new Map() }, shapeName);
}

function shapeOf(model: Model, name: string): ShapeModel {
  const shape = model.shapes[name];
  assert(shape, `${model.id} has no shape ${name}`);
  return shape;
}

function compile(compiler: Compiler, name: string): Check | undefined {
  const { known, model } = compiler;
  if (known.has(name)) return known.get(name);
  known.set(name, (value, path, violations) => known.get(name)?.(value, path, violations));
  const shape = shapeOf(model, name);
  const check = compileShape(compiler, shape);
  known.set(name, check);
  return check;
}

function compileShape(compiler: Compiler, shape: ShapeModel): Check | undefined {
  switch (shape.type) {
    case "structure": return compileStructure(compiler, shape);
    case "list": return compileList(compiler, shape);
    case "map": return compileMap(compiler, shape);
    default: return compiler.extent === "all" ? compileScalar(compiler, shape) : undefined;
  }
}

function compileStructure(compiler: Compiler, shape: StructureShape): Check | undefined {
  const required = new Set(shape.required);
  const members = Object.entries(shape.members)
    .map(([name, member]) => ({ name, shown: lowerFirst(name), required: required.has(name), check: compile(compiler, member.shape) }))
    .filter((member) => member.required || member.check);
  if (members.length === 0) return undefined;
  return (value, path, violations) => {
    const prefix = path === "" ? "" : `${path}.`;
    for (const member of members) {
      const inner = (value as Record<string, unknown>)[member.name];
      if (inner !== undefined && inner !== null) member.check?.(inner, prefix + member.shown, violations);
      else if (member.required) violations.push(violation("null", prefix + member.shown, NOT_NULL));
    }
  };
}

function compileList(compiler: Compiler, shape: ListShape): Check | undefined {
  const { model, extent } = compiler;
  const element = compileElement(compiler, shape.member.shape, shape.sparse === true);
  const bounded = extent === "all" && (shape.min !== undefined || shape.max !== undefined);
  const values = extent === "all" && shape.enum ? new Set(shape.enum) : undefined;
  return (value, path, violations) => {
    const items = value as readonly unknown[];
    if (bounded) checkLength(items.length, shape, () => showValue(value, shape, model.shapes), path, violations);
    if (values && shape.enum && items.some((item) => !values.has(item as string))) violations.push(violation(showValue(value, shape, model.shapes), path, inEnum(shape.enum)));
    if (element.scalar) {
      const broken = items.some((item) => element.breaks(item));
      if (broken) violations.push(violation(showValue(value, shape, model.shapes), path, `Member must satisfy constraint: [${element.sentences.join(", ")}]`));
    } else for (let at = 0; at < items.length; at += 1) element.check(items[at], `${path}.${at + 1}.member`, violations);
  };
}

function compileMap(compiler: Compiler, shape: MapShape): Check | undefined {
  const { model, extent } = compiler;
  const key = compileElement(compiler, shape.key.shape, true);
  const value = compileElement(compiler, shape.value.shape, shape.sparse === true);
  const bounded = extent === "all" && (shape.min !== undefined || shape.max !== undefined);
  const list = extent === "all" ? boundedList(compiler, shape.value.shape) : undefined;
  return (map, path, violations) => {
    const entries = map as Readonly<Record<string, unknown>>;
    const names = Object.keys(entries);
    const show = (): string => showValue(map, shape, model.shapes);
    if (bounded) checkLength(names.length, shape, show, path, violations);
    if (key.scalar && names.some(key.breaks)) violations.push(violation(show(), path, `Map keys must satisfy constraint: [${key.sentences.join(", ")}]`));
    if (value.scalar) {
      if (names.some((name) => value.breaks(entries[name]))) violations.push(violation(show(), path, `Map value must satisfy constraint: [${value.sentences.join(", ")}]`));
      return;
    }
    if (list && names.some((name) => list.breaks(entries[name]))) violations.push(violation(show(), path, `Map value must satisfy constraint: [${list.sentences.join(", ")}]`));
    const check = list ? list.check : value.check;
    for (const name of names) check?.(entries[name], `${path}.${name}.member`, violations);
  };
}

/** Lists that are a map's values are told to be too long or too short at the map; what is wrong with their elements, at these. */
function boundedList(compiler: Compiler, shapeName: string): { readonly sentences: readonly string[]; readonly breaks: (value: unknown) => boolean; readonly check: Check | undefined } | undefined {
  const shape = shapeOf(compiler.model, shapeName);
  if (shape.type !== "list" || (shape.min === undefined && shape.max === undefined)) return undefined;
  const { min = 0, max = Infinity, ...unbounded } = shape;
  const lengthOfList = (value: unknown): number => (Array.isArray(value) ? value.length : min);
  return { sentences: lengthSentences(shape), breaks: (value) => lengthOfList(value) < min || lengthOfList(value) > max, check: compileShape(compiler, unbounded) };
}

type Element =
  | { readonly scalar: true; readonly sentences: readonly string[]; readonly breaks: (value: unknown) => boolean }
  | { readonly scalar: false; readonly check: Check };

/** Elements that are scalars are reported with all their constraints at the list; others by their own paths. */
function compileElement(compiler: Compiler, shapeName: string, nullable: boolean): Element {
  const { model, extent } = compiler;
  const shape = shapeOf(model, shapeName);
  const check = compile(compiler, shapeName);
  if (shape.type === "structure" || shape.type === "list" || shape.type === "map") {
    const checkElement: Check = (value, path, violations) => {
      if (value !== undefined && value !== null) check?.(value, path, violations);
      else if (!nullable) violations.push(violation("null", path, NOT_NULL));
    };
    return { scalar: false, check: checkElement };
  }
  const scratch: string[] = [];
  const breaks = (value: unknown): boolean => {
    if (value === undefined || value === null) return !nullable;
    if (!check) return false;
    check(value, "", scratch);
    if (scratch.length === 0) return false;
    scratch.length = 0;
    return true;
  };
  const constraints = extent === "all" ? sentencesOf(shape) : [];
  return { scalar: true, sentences: nullable ? constraints : [...constraints, NOT_NULL], breaks };
}

function compileScalar({ model }: Compiler, shape: ShapeModel): Check | undefined {
  const show = (value: unknown): string => showValue(value, shape, model.shapes);
  switch (shape.type) {
    case "string": return compileString(shape, show);
    case "blob":
      if (shape.streaming || (shape.min === undefined && shape.max === undefined)) return undefined;
      return (value, path, violations) => checkLength((value as Uint8Array).byteLength, shape, () => show(value), path, violations);
    case "integer": case "long": case "float": case "double": {
      const { type, min, max } = shape;
      if (min === undefined && max === undefined) return undefined;
      return (value, path, violations) => {
        const number = value as number;
        if (max !== undefined && !(number <= max)) violations.push(violation(show(value), path, valueAtMost(type, max)));
        if (min !== undefined && !(number >= min)) violations.push(violation(show(value), path, valueAtLeast(type, min)));
      };
    }
    default: return undefined;
  }
}

function compileString(shape: StringShape, show: (value: unknown) => string): Check | undefined {
  const { min, max, pattern } = shape;
  const values = shape.enum ? new Set(shape.enum) : undefined;
  const full = pattern === undefined || values ? undefined : new RegExp(`^(?:${shape.regexp?.source ?? pattern})$`, shape.regexp?.flags ?? "");
  if (min === undefined && max === undefined && !full && !values) return undefined;
  return (value, path, violations) => {
    const text = value as string;
    const before = violations.length;
    checkLength(lengthOf(text, max), shape, () => show(value), path, violations);
    if (values && shape.enum && !values.has(text)) violations.push(violation(show(value), path, inEnum(shape.enum)));
    if (!full || pattern === undefined) return;
    // A text that is too long already is refused without matching it: some patterns take long to fail.
    const tooLong = max === undefined ? text.length > PATTERN_CHARACTERS_MAX : violations.length > before && text.length > max;
    if (max === undefined && tooLong) violations.push(violation(show(value), path, lengthAtMost(PATTERN_CHARACTERS_MAX)));
    if (!tooLong && !full.test(text)) violations.push(violation(show(value), path, inPattern(pattern)));
  };
}

/** AWS counts characters, not halves of surrogate pairs; counting matters only near the limit. */
function lengthOf(text: string, max: number | undefined): number {
  if (max === undefined || text.length <= max || text.length > max * 2) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}

function checkLength(length: number, { min, max }: { readonly min?: number; readonly max?: number }, show: () => string, path: string, violations: string[]): void {
  if (max !== undefined && length > max) violations.push(violation(show(), path, lengthAtMost(max)));
  if (min !== undefined && length < min) violations.push(violation(show(), path, lengthAtLeast(min)));
}
