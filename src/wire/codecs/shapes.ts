// The model names shapes by string; the codecs walk this linked form of it, resolved once per model and shape.
import { assert } from "../../kernel/fault.ts";
import type { MemberModel, Model, ShapeModel, StructureShape } from "../model.ts";

export type Node = StructureNode | ListNode | MapNode | ScalarNode;

export interface StructureNode {
  readonly kind: "structure";
  readonly name: string;
  readonly shape: StructureShape;
  readonly fields: readonly Field[];
  /** Fields without a location: what travels in the body when there is no payload member. */
  readonly bodyFields: readonly Field[];
  readonly byJson: ReadonlyMap<string, Field>;
  /** Body fields only; of two with the same XML name (SQS has such, in requests by form) the last. */
  readonly byXml: ReadonlyMap<string, Field>;
  readonly payload: Field | undefined;
}

export interface ListNode {
  readonly kind: "list";
  readonly shape: Extract<ShapeModel, { type: "list" }>;
  readonly element: Field;
}

export interface MapNode {
  readonly kind: "map";
  readonly shape: Extract<ShapeModel, { type: "map" }>;
  readonly key: Field;
  readonly value: Field;
}

export type ScalarShape = Exclude<ShapeModel, { type: "structure" | "list" | "map" }>;

export interface ScalarNode {
  readonly kind: ScalarShape["type"];
  readonly shape: ScalarShape;
}

/** A member with its names in every protocol. */
export interface Field {
  readonly name: string;
  readonly member: MemberModel;
  readonly node: Node;
  readonly json: string;
  /** The JSON name as it stands in a document: quoted, with its colon. */
  readonly jsonKey: string;
  /** In restXml, and both ways in awsQuery. */
  readonly xml: string;
  /** In requests of ec2Query. */
  readonly ec2: string;
  /** Header name (or prefix) in lower case, or query key; empty for other locations. */
  readonly bound: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const resolved = new WeakMap<Model, Map<string, Node>>();

/** The linked form of a shape of the model. */
export function nodeOf(model: Model, shapeName: string): Node {
  const nodes = resolved.get(model) ?? new Map<string, Node>();
  resolved.set(model, nodes);
  return resolve(model, shapeName, nodes);
}

/** The linked structure of a shape that the model promises to be one. */
export function structureOf(model: Model, shapeName: string): StructureNode {
  const node = nodeOf(model, shapeName);
  assert(node.kind === "structure", `${model.id}.${shapeName} is not a structure`);
  return node;
}

/** The operation's input or output structure; undefined when it has none. */
export function structureOfOperation(model: Model, operation: string, side: "input" | "output"): StructureNode | undefined {
  const found = model.operations[operation];
  assert(found, `${model.id} has no operation ${operation}`);
  const name = found[side];
  return name === undefined ? undefined : structureOf(model, name);
}

function resolve(model: Model, name: string, nodes: Map<string, Node>): Node {
  const known = nodes.get(name);
  if (known) return known;
  const shape = model.shapes[name];
  assert(shape, `${model.id} has no shape ${name}`);
  const fieldOf = (memberName: string, member: MemberModel): Field => makeField(model, memberName, member, resolve(model, member.shape, nodes));
  // Shapes may contain themselves, so a node is known before its members are.
  switch (shape.type) {
    case "list": {
      const node = { kind: "list", shape } as Mutable<ListNode>;
      nodes.set(name, node);
      node.element = fieldOf("member", shape.member);
      return node;
    }
    case "map": {
      const node = { kind: "map", shape } as Mutable<MapNode>;
      nodes.set(name, node);
      node.key = fieldOf("key", shape.key);
      node.value = fieldOf("value", shape.value);
      return node;
    }
    case "structure": {
      const node = { kind: "structure", name, shape } as Mutable<StructureNode>;
      nodes.set(name, node);
      fillStructure(node, shape, fieldOf);
      return node;
    }
    default: {
      const node: ScalarNode = { kind: shape.type, shape };
      nodes.set(name, node);
      return node;
    }
  }
}

function fillStructure(node: Mutable<StructureNode>, shape: StructureShape, fieldOf: (name: string, member: MemberModel) => Field): void {
  node.fields = Object.entries(shape.members).map(([name, member]) => fieldOf(name, member));
  node.payload = node.fields.find((field) => field.name === shape.payload);
  node.bodyFields = node.payload ? [] : node.fields.filter((field) => field.member.location === undefined);
  node.byJson = new Map(node.fields.map((field) => [field.json, field]));
  node.byXml = new Map(node.fields.filter((field) => field.member.location === undefined).map((field) => [field.xml, field]));
}

function makeField(model: Model, name: string, member: MemberModel, node: Node): Field {
  const speaksJson = model.protocols[0] !== "restXml" && model.protocols[0] !== "awsQuery" && model.protocols[0] !== "ec2Query";
  const { location } = member;
  const bodyName = location === undefined ? (member.name ?? name) : name;
  const isHeader = location === "header" || location === "headers";
  const json = speaksJson ? bodyName : name;
  return {
    name, member, node, json,
    jsonKey: `${JSON.stringify(json)}:`,
    xml: speaksJson ? (member.queryName ?? name) : bodyName,
    ec2: member.queryName ?? capitalize(bodyName),
    bound: isHeader ? (member.name ?? name).toLowerCase() : location === "querystring" ? (member.name ?? name) : "",
  };
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value that may be walked as an object with unknown members. */
export type Loose = Record<string, unknown>;

/** Adds an entry to a plain object even when its key is `__proto__`, which a client may well send. */
export function setEntry(target: Loose, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
