// Values in statements: literals, lists, maps, sets, and question marks that take the request's parameters in turn.
import { setAttribute, typeOf, type AttributeValue, type Item } from "../../../triggers/tables/attribute-value.ts";
import { canonicalNumber } from "../../../triggers/tables/decimal.ts";
import { invalid } from "../faults.ts";
import { readValue, TOO_DEEP, withNumbers } from "../values.ts";
import { malformed, NESTING_MAX, type Cursor } from "./scanner.ts";

/** A request's parameters, given out in order. */
export class Parameters {
  readonly #sent: readonly unknown[];
  #given = 0;

  constructor(sent: readonly unknown[] | undefined) {
    this.#sent = sent ?? [];
  }

  next(): AttributeValue {
    if (this.#given >= this.#sent.length) throw mismatch();
    return readValue(this.#sent[this.#given++]);
  }

  allUsed(): void {
    if (this.#given !== this.#sent.length) throw mismatch();
  }
}

const mismatch = (): Error => invalid("Number of parameters in request and statement don't match.");

/** Whether a value begins here (rather than a name). */
export function seesValue(cursor: Cursor): boolean {
  const { kind, text } = cursor.token;
  if (kind === "string" || kind === "number") return true;
  if (kind === "word") return ["TRUE", "FALSE", "NULL"].includes(text.toUpperCase());
  return kind === "sign" && ["?", "[", "{", "<<", "-", "+"].includes(text);
}

export function parseValue(cursor: Cursor, parameters: Parameters, depth = 0): AttributeValue {
  if (depth >= NESTING_MAX) throw invalid(TOO_DEEP);
  const { kind } = cursor.token;
  if (kind === "string") return { S: cursor.next().text };
  if (kind === "number") return { N: withNumbers(() => canonicalNumber(cursor.next().text)) };
  if (cursor.take("?")) return parameters.next();
  if (cursor.take("TRUE")) return { BOOL: true };
  if (cursor.take("FALSE")) return { BOOL: false };
  if (cursor.take("NULL")) return { NULL: true };
  if (cursor.sees("-") || cursor.sees("+")) {
    const sign = cursor.next().text;
    if (cursor.token.kind !== "number") throw cursor.unexpected("a number");
    return { N: withNumbers(() => canonicalNumber(`${sign}${cursor.next().text}`)) };
  }
  if (cursor.take("[")) return { L: listUntil(cursor, "]", parameters, depth) };
  if (cursor.take("<<")) return setOf(listUntil(cursor, ">>", parameters, depth));
  if (cursor.take("{")) return { M: mapOf(cursor, parameters, depth) };
  throw cursor.unexpected("a value");
}

function listUntil(cursor: Cursor, end: string, parameters: Parameters, depth: number): readonly AttributeValue[] {
  const values: AttributeValue[] = [];
  if (cursor.take(end)) return values;
  do values.push(parseValue(cursor, parameters, depth + 1));
  while (cursor.take(","));
  cursor.expect(end);
  return values;
}

function mapOf(cursor: Cursor, parameters: Parameters, depth: number): Item {
  const map: Record<string, AttributeValue> = {};
  if (cursor.take("}")) return map;
  do {
    const { kind } = cursor.token;
    if (kind !== "string" && kind !== "quoted") throw cursor.unexpected("an attribute's name in quotes");
    const { text } = cursor.next();
    if (Object.hasOwn(map, text)) throw malformed(`The attribute ${text} is given twice`);
    cursor.expect(":");
    setAttribute(map, text, parseValue(cursor, parameters, depth + 1));
  } while (cursor.take(","));
  cursor.expect("}");
  return map;
}

function setOf(members: readonly AttributeValue[]): AttributeValue {
  const types = new Set(members.map(typeOf));
  const [type] = types;
  if (types.size !== 1) throw invalid(members.length === 0 ? "One or more parameter values were invalid: An string set  may not be empty" : "One or more parameter values were invalid: The members of a set must be of one type");
  if (type === "S") return readValue({ SS: members.map(({ S }) => S) });
  if (type === "N") return readValue({ NS: members.map(({ N }) => N) });
  if (type === "B") return readValue({ BS: members.map(({ B }) => B) });
  throw invalid(`One or more parameter values were invalid: A set can not hold values of type ${type}`);
}
