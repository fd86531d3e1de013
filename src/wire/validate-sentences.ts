// AWS answers broken constraints in fixed sentences; this page knows them, and how Java prints the values in them.
import type { ShapeModel, StructureShape } from "./model.ts";

type Numbers = { readonly min?: number; readonly max?: number };

/** `Member must have length …` for everything with a length. */
export const lengthAtMost = (max: number): string => `Member must have length less than or equal to ${max}`;
export const lengthAtLeast = (min: number): string => `Member must have length greater than or equal to ${min}`;
export const inPattern = (pattern: string): string => `Member must satisfy regular expression pattern: ${pattern}`;
export const inEnum = (values: readonly string[]): string => `Member must satisfy enum value set: [${values.join(", ")}]`;
export const NOT_NULL = "Member must not be null";

export function valueAtMost(type: ShapeModel["type"], max: number): string {
  return `Member must have value less than or equal to ${printNumber(type, max)}`;
}

export function valueAtLeast(type: ShapeModel["type"], min: number): string {
  return `Member must have value greater than or equal to ${printNumber(type, min)}`;
}

/** All constraints of a scalar shape, in the order AWS lists them for elements of a list. */
export function sentencesOf(shape: ShapeModel): readonly string[] {
  switch (shape.type) {
    case "string": {
      const ends = shape.enum ? [inEnum(shape.enum)] : shape.pattern === undefined ? [] : [inPattern(shape.pattern)];
      return [...lengthSentences(shape), ...ends];
    }
    case "blob": return lengthSentences(shape);
    case "integer": case "long": case "float": case "double":
      return [...(shape.max === undefined ? [] : [valueAtMost(shape.type, shape.max)]), ...(shape.min === undefined ? [] : [valueAtLeast(shape.type, shape.min)])];
    default: return [];
  }
}

export function lengthSentences({ min, max }: Numbers): readonly string[] {
  return [...(max === undefined ? [] : [lengthAtMost(max)]), ...(min === undefined ? [] : [lengthAtLeast(min)])];
}

/** One broken constraint. */
export function violation(shown: string, path: string, sentence: string): string {
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${sentence}`;
}

/** The whole message of a refusal. */
export function refusal(violations: readonly string[]): string {
  const count = violations.length;
  return `${count} validation error${count === 1 ? "" : "s"} detected: ${violations.join("; ")}`;
}

/** AWS echoes the value; ours is bounded, for an error must not be as large as the request. */
const SHOWN_CHARACTERS_MAX = 4096;

/** The value in quotes as Java would print it. Secrets are not printed. */
export function showValue(value: unknown, shape: ShapeModel, shapes: Readonly<Record<string, ShapeModel>>): string {
  const text = printValue(value, shape, shapes, "");
  return `'${text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}...` : text}'`;
}

const SECRET = "***Sensitive Data Redacted***";

function printValue(value: unknown, shape: ShapeModel, shapes: Readonly<Record<string, ShapeModel>>, name: string): string {
  if (value === undefined || value === null) return "null";
  if ("sensitive" in shape && shape.sensitive) return SECRET;
  const printMember = (member: { readonly shape: string }, inner: unknown): string => {
    const target = shapes[member.shape];
    return target ? printValue(inner, target, shapes, member.shape) : String(inner);
  };
  switch (shape.type) {
    case "list": return `[${(value as readonly unknown[]).slice(0, SHOWN_CHARACTERS_MAX).map((item) => printMember(shape.member, item)).join(", ")}]`;
    case "map": return `{${Object.entries(value).slice(0, SHOWN_CHARACTERS_MAX).map(([key, entry]) => `${key}=${printMember(shape.value, entry)}`).join(", ")}}`;
    case "structure": return printStructure(value, shape, name, printMember);
    case "blob": {
      const length = (value as Uint8Array).byteLength;
      return `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`;
    }
    case "timestamp": return value instanceof Date ? value.toISOString() : String(value);
    case "integer": case "long": case "float": case "double": return printNumber(shape.type, Number(value));
    default: return typeof value === "string" ? value : String(value);
  }
}

function printStructure(value: object, shape: StructureShape, name: string, printMember: (member: { readonly shape: string }, inner: unknown) => string): string {
  const members = Object.entries(shape.members).map(([key, member]) => `${lowerFirst(key)}=${printMember(member, (value as Record<string, unknown>)[key])}`);
  return `${name}(${members.join(", ")})`;
}

/** Java prints a double that is whole with its `.0`. */
function printNumber(type: ShapeModel["type"], value: number): string {
  return (type === "double" || type === "float") && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Paths name members as Java beans do: `functionName`, `kMSKeyArn`. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
