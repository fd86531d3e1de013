// Form parameters like `Filters.member.1.Values.member.2=x` become a tree, and the tree the typed input the model describes.
import { isUtf8 } from "node:buffer";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { WireRequest } from "../protocol.ts";
import { parseScalar, type Refuse } from "./scalars.ts";
import { setEntry, type Field, type Loose, type MapNode, type StructureNode } from "./shapes.ts";

/** awsQuery and ec2Query differ in names and in how lists are counted. */
export interface QueryStyle {
  readonly nameOf: (field: Field) => string;
  /** ec2Query has neither `.member.` nor maps. */
  readonly flatLists: boolean;
  readonly refuse: Refuse;
}

export interface QueryTree {
  value: string | undefined;
  readonly children: Map<string, QueryTree>;
}

/** The parameters of a request: those of its URL, then those of its form. */
export function readParameters(request: WireRequest): QueryTree {
  const tree = emptyTree();
  let count = 0;
  for (const [key, value] of request.query) {
    addParameter(tree, key, value);
    count += 1;
  }
  if (!(request.body instanceof Uint8Array)) throw new Error(`bug: ${request.operation} was given a stream where it reads a form`);
  if (request.body.byteLength > 0) addForm(tree, request.body, count);
  return tree;
}

function addForm(tree: QueryTree, body: Uint8Array, before: number): void {
  if (!isUtf8(body)) throw malformedQuery();
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  let count = before;
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("&", at);
    const end = found === -1 ? text.length : found;
    if (end > at) {
      count += 1;
      if (count > limits.http.queryParametersMax) throw malformedQuery();
      const pair = text.slice(at, end);
      const equals = pair.indexOf("=");
      addParameter(tree, decodePart(equals === -1 ? pair : pair.slice(0, equals)), equals === -1 ? "" : decodePart(pair.slice(equals + 1)));
    }
    at = end + 1;
  }
}

function decodePart(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedQuery();
  }
}

function malformedQuery(): Fault {
  return fault("MalformedQueryString", { message: "The query string is malformed", status: 400 });
}

function emptyTree(): QueryTree {
  return { value: undefined, children: new Map() };
}

function addParameter(tree: QueryTree, key: string, value: string): void {
  let node = tree;
  let depth = 0;
  for (let at = 0; at <= key.length;) {
    const found = key.indexOf(".", at);
    const end = found === -1 ? key.length : found;
    depth += 1;
    if (depth > limits.http.nestingMax) throw malformedQuery();
    const part = key.slice(at, end);
    let child = node.children.get(part);
    if (!child) {
      child = emptyTree();
      node.children.set(part, child);
    }
    node = child;
    at = end + 1;
  }
  node.value = value;
}

/** The structure in a tree. Parameters that no member claims are ignored here. */
export function readQueryStructure(node: StructureNode, tree: QueryTree, style: QueryStyle): Loose {
  const result: Loose = {};
  for (const field of node.fields) {
    const child = tree.children.get(style.nameOf(field));
    const value = child && readQueryValue(field, child, field.member.flattened === true, style);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function readQueryValue(field: Field, tree: QueryTree, flattened: boolean, style: QueryStyle): unknown {
  const { node } = field;
  switch (node.kind) {
    case "structure":
      if (tree.children.size === 0 && tree.value !== "" && tree.value !== undefined) throw style.refuse("structure", field.name, tree.value);
      return readQueryStructure(node, tree, style);
    case "list": {
      if (flattened && isSingle(tree)) return [readQueryValue(node.element, tree, false, style)];
      const items = flattened || style.flatLists ? tree : tree.children.get(node.element.member.name ?? "member");
      if (!items) return readEmpty(field, tree, style, []);
      if (items.children.size === 0) return readEmpty(field, items, style, []);
      return inOrder(field, items, style).map((item) => readQueryValue(node.element, item, false, style));
    }
    case "map": {
      const entries = flattened ? tree : tree.children.get("entry");
      if (!entries || entries.children.size === 0) return readEmpty(field, entries ?? tree, style, {});
      return readQueryMap(field, node, entries, flattened, style);
    }
    default:
      if (tree.value === undefined) throw style.refuse(node.kind, field.name, "(structure)");
      return parseScalar(field, tree.value, "date-time", style.refuse);
  }
}

/** `Name=` alone is the empty list or map; any other text there is a mistake. */
function readEmpty<T>(field: Field, tree: QueryTree, style: QueryStyle, empty: T): T | undefined {
  if (tree.value === "") return empty;
  if (tree.value === undefined && tree.children.size === 0) return undefined;
  throw style.refuse("list", field.name, tree.value ?? "");
}

function readQueryMap(field: Field, node: MapNode, entries: QueryTree, flattened: boolean, style: QueryStyle): Loose {
  const result: Loose = {};
  for (const entry of flattened && isSingle(entries) ? [entries] : inOrder(field, entries, style)) {
    const key = entry.children.get(node.key.member.name ?? "key")?.value;
    const value = entry.children.get(node.value.member.name ?? "value");
    if (key === undefined || !value) throw style.refuse("map entry", field.name, key ?? "");
    setEntry(result, key, readQueryValue(node.value, value, false, style));
  }
  return result;
}

/** The only element of a flattened list or map, sent without a number: `Attribute.Name=a&Attribute.Value=b`, `AttributeName=All`. SQS's reference writes it so, and its oldest clients. */
function isSingle({ value, children }: QueryTree): boolean {
  if (children.size === 0) return value !== undefined && value !== "";
  for (const key of children.keys()) if (INDEX.test(key)) return false;
  return true;
}

const INDEX = /^\d{1,9}$/;

/** Elements by their numbers; gaps are allowed, as AWS allows them. */
function inOrder(field: Field, tree: QueryTree, style: QueryStyle): readonly QueryTree[] {
  const numbered: (readonly [number, QueryTree])[] = [];
  for (const [key, child] of tree.children) {
    if (!INDEX.test(key)) throw style.refuse("list index", field.name, key);
    numbered.push([Number(key), child]);
  }
  return numbered.sort(([a], [b]) => a - b).map(([, child]) => child);
}
