// Reads a statement: SELECT, INSERT, UPDATE, DELETE, and EXISTS around a SELECT.
import { typeOf } from "../../../triggers/tables/attribute-value.ts";
import type { Action, Condition, Operand, Path } from "../expressions/syntax.ts";
import { invalid } from "../faults.ts";
import { ConditionParser, parsePath } from "./conditions.ts";
import { Cursor, malformed } from "./scanner.ts";
import type { Returning, Select, Statement } from "./statement.ts";
import { Parameters, parseValue, seesValue } from "./values.ts";

export function parseStatement(text: string, sent: readonly unknown[] | undefined): Statement {
  const cursor = new Cursor(text);
  const parameters = new Parameters(sent);
  const statement = new StatementParser(cursor, parameters).parse();
  cursor.end();
  parameters.allUsed();
  return statement;
}

class StatementParser {
  readonly #cursor: Cursor;
  readonly #parameters: Parameters;

  constructor(cursor: Cursor, parameters: Parameters) {
    this.#cursor = cursor;
    this.#parameters = parameters;
  }

  parse(): Statement {
    const cursor = this.#cursor;
    if (cursor.take("SELECT")) return this.#select();
    if (cursor.take("INSERT")) return this.#insert();
    if (cursor.take("UPDATE")) return this.#update();
    if (cursor.take("FROM")) return this.#fromFirst();
    if (cursor.take("DELETE")) return this.#delete();
    if (!cursor.take("EXISTS")) throw malformed("Expected data manipulation");
    cursor.expect("(");
    cursor.expect("SELECT");
    const select = this.#select();
    cursor.expect(")");
    return { kind: "exists", select };
  }

  #select(): Select {
    const cursor = this.#cursor;
    const paths: Path[] = [];
    const all = cursor.take("*");
    if (!all) {
      do paths.push(parsePath(cursor));
      while (cursor.take(","));
    }
    cursor.expect("FROM");
    const table = this.#place();
    const index = cursor.take(".") ? this.#place() : undefined;
    if (cursor.sees(".")) throw invalid("A path may contain at most 2 components in the FROM clause");
    return { kind: "select", table, index, paths: all ? undefined : paths, where: this.#where(), order: this.#order() };
  }

  /** The name of a table or index. */
  #place(): string {
    const name = this.#cursor.name();
    if (name === "") throw invalid("Path component cannot be an empty string");
    return name;
  }

  #where(): Condition | undefined {
    return this.#cursor.take("WHERE") ? new ConditionParser(this.#cursor, this.#parameters).parse() : undefined;
  }

  #order(): Select["order"] {
    const cursor = this.#cursor;
    if (!cursor.take("ORDER")) return [];
    cursor.expect("BY");
    const order: { name: string; descending: boolean }[] = [];
    do {
      const name = cursor.name();
      const descending = cursor.take("DESC");
      if (!descending) cursor.take("ASC");
      order.push({ name, descending });
    } while (cursor.take(","));
    return order;
  }

  #insert(): Statement {
    const cursor = this.#cursor;
    cursor.expect("INTO");
    const table = this.#place();
    cursor.expect("VALUE");
    const { M: item } = parseValue(cursor, this.#parameters);
    if (!item) throw malformed("Expected a map of the item's attributes");
    return { kind: "insert", table, item };
  }

  #update(): Statement {
    const table = this.#place();
    const actions = this.#actions();
    return { kind: "update", table, actions, where: this.#where(), returning: this.#returning() };
  }

  /** `FROM t WHERE … SET …`: an update, the other way around. */
  #fromFirst(): Statement {
    const table = this.#place();
    const where = this.#where();
    return { kind: "update", table, where, actions: this.#actions(), returning: this.#returning() };
  }

  #actions(): readonly Action[] {
    const cursor = this.#cursor;
    const actions: Action[] = [];
    while (cursor.sees("SET") || cursor.sees("REMOVE")) {
      const set = cursor.next().text.toUpperCase() === "SET";
      do actions.push(set ? this.#set() : { kind: "remove", path: parsePath(cursor) });
      while (cursor.take(","));
    }
    if (actions.length === 0) throw cursor.unexpected("SET or REMOVE");
    return actions;
  }

  #set(): Action {
    const cursor = this.#cursor;
    const path = parsePath(cursor);
    cursor.expect("=");
    const call = cursor.token.kind === "word" && cursor.sees("(", 1) ? cursor.token.text.toLowerCase() : undefined;
    if (call === "set_add" || call === "set_delete") {
      cursor.next();
      cursor.expect("(");
      const of = parsePath(cursor);
      cursor.expect(",");
      const value = parseValue(cursor, this.#parameters);
      cursor.expect(")");
      if (of.join("\0") !== path.join("\0")) throw invalid(`${call} must be given the attribute that is set`);
      if (!value.SS && !value.NS && !value.BS) throw invalid(`The second operand of ${call} must be a set, not of type ${typeOf(value)}`);
      return { kind: call === "set_add" ? "add" : "delete", path, value };
    }
    return { kind: "set", path, value: this.#sum() };
  }

  #sum(): Operand {
    const left = this.#term();
    const sign = this.#cursor.take("+") ? "+" : this.#cursor.take("-") ? "-" : undefined;
    return sign ? { kind: "sum", sign, left, right: this.#term() } : left;
  }

  #term(): Operand {
    const cursor = this.#cursor;
    if (seesValue(cursor)) return { kind: "value", value: parseValue(cursor, this.#parameters) };
    const call = cursor.token.kind === "word" && cursor.sees("(", 1) ? cursor.token.text.toLowerCase() : undefined;
    if (call === undefined) return { kind: "path", path: parsePath(cursor) };
    if (call !== "list_append" && call !== "if_not_exists") throw invalid(`Unsupported function in SET: ${call.slice(0, 100)}`);
    cursor.next();
    cursor.expect("(");
    const left = this.#term();
    cursor.expect(",");
    const right = this.#term();
    cursor.expect(")");
    if (call === "list_append") return { kind: "list_append", left, right };
    if (left.kind !== "path") throw invalid("The first operand of if_not_exists must be an attribute's name");
    return { kind: "if_not_exists", path: left.path, otherwise: right };
  }

  #delete(): Statement {
    const cursor = this.#cursor;
    cursor.expect("FROM");
    return { kind: "delete", table: this.#place(), where: this.#where(), returning: this.#returning() };
  }

  #returning(): Returning | undefined {
    const cursor = this.#cursor;
    if (!cursor.take("RETURNING")) return undefined;
    const all = cursor.take("ALL");
    if (!all) cursor.expect("MODIFIED");
    const old = cursor.take("OLD");
    if (!old) cursor.expect("NEW");
    cursor.expect("*");
    return all ? (old ? "ALL_OLD" : "ALL_NEW") : old ? "UPDATED_OLD" : "UPDATED_NEW";
  }
}
