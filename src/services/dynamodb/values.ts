// Attribute values as clients send them, judged in the original's words and brought into the canonical form everything else relies on.
import { limits } from "../../kernel/limits.ts";
import { canonicalItem, canonicalValue, itemBytes, keyOfBytes, type AttributeValue, type Item } from "../../triggers/tables/attribute-value.ts";
import { canonicalNumber, InvalidNumber, type NumberProblem } from "../../triggers/tables/decimal.ts";
import { invalid, invalidParameters } from "./faults.ts";

const numberSentences: Readonly<Record<NumberProblem, (text: string) => string>> = {
  "not-a-number": (text) => (text === "" ? "The parameter cannot be converted to a numeric value" : `The parameter cannot be converted to a numeric value: ${text.slice(0, 200)}`),
  precision: () => "Attempting to store more than 38 significant digits in a Number",
  overflow: () => "Number overflow. Attempting to store a number with magnitude larger than supported range",
  underflow: () => "Number underflow. Attempting to store a number with magnitude smaller than supported range",
};

/** Runs work on numbers; what can not be one is refused as the original does. */
export function withNumbers<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidNumber) throw invalid(numberSentences[error.problem](error.text));
    throw error;
  }
}

export const TOO_DEEP = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";

/** The values of an item or key as sent, checked and canonical. */
export function readItem(sent: unknown): Item {
  const item = sent as Item;
  for (const name of Object.keys(item)) checkAttribute(name, item[name] as AttributeValue, 0);
  return withNumbers(() => canonicalItem(item));
}

/** One value as sent, checked and canonical; `suffix` says where in the request it stands. */
export function readValue(sent: unknown, suffix = ""): AttributeValue {
  checkValue(sent as AttributeValue, 0, suffix);
  return withNumbers(() => canonicalValue(sent as AttributeValue));
}

function checkAttribute(name: string, value: AttributeValue, depth: number, suffix = ""): void {
  if (name === "") throw invalid(`Empty attribute name${suffix}`);
  checkValue(value, depth, suffix);
}

/** `depth`: the levels above; the attribute itself is the first. */
function checkValue(value: AttributeValue, depth: number, suffix = ""): void {
  if (depth >= limits.tables.nestingMax) throw invalid(TOO_DEEP);
  let types = 0;
  for (const type in value) if (value[type as keyof AttributeValue] !== undefined && value[type as keyof AttributeValue] !== null) types++;
  if (types === 0) throw invalid(`Supplied AttributeValue is empty, must contain exactly one of the supported datatypes${suffix}`);
  if (types > 1) throw invalid(`Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes${suffix}`);
  if (value.NULL === false) throw invalidParameters(`Null attribute value types must have the value of true${suffix}`);
  if (value.SS) checkSet(value.SS, "An string set  may not be empty", value.SS, ` [${value.SS.join(", ")}] `, suffix);
  else if (value.NS) checkSet(value.NS, "An number set  may not be empty", withNumbers(() => (value.NS ?? []).map(canonicalNumber)), "", suffix);
  else if (value.BS) checkSet(value.BS, "Binary sets should not be empty", value.BS.map(keyOfBytes), ` [${value.BS.map(toBase64).join(", ")}]of type BS `, suffix);
  else if (value.L) for (const element of value.L) checkValue(element, depth + 1, suffix);
  else if (value.M) for (const name of Object.keys(value.M)) checkAttribute(name, value.M[name] as AttributeValue, depth + 1, suffix);
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** `shown`: the members as the original prints them, and what stands between them and the words; empty where it prints none. */
function checkSet(members: readonly unknown[], empty: string, keys: readonly string[], shown: string, suffix: string): void {
  if (members.length === 0) throw invalidParameters(`${empty}${suffix}`);
  if (members.some((member) => member === null || member === undefined)) throw invalidParameters(`One or more parameter values were invalid: Input collection contains a null value${suffix}`);
  if (new Set(keys).size < keys.length) throw shown === "" ? invalid(`Input collection contains duplicates${suffix}`) : invalidParameters(`Input collection${shown}contains duplicates.${suffix}`);
}

/** Throws when the item is larger than one may be; `sentence` differs between putting and updating. */
export function checkSize(item: Item, sentence: string): void {
  // A quick bound first: most items are far from the limit.
  if (itemBytes(item) > limits.tables.itemBytesMax) throw invalid(sentence);
}

/** Values in the words of error texts: `{S:abc}`. */
export function showValue(value: AttributeValue): string {
  if (value.S !== undefined) return `{S:${value.S}}`;
  if (value.N !== undefined) return `{N:${value.N}}`;
  if (value.B !== undefined) return `{B:java.nio.HeapByteBuffer[pos=0 lim=${value.B.byteLength} cap=${value.B.byteLength}]}`;
  return JSON.stringify(value).slice(0, 200);
}
