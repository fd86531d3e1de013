// Every protocol frames errors its own way, but all ask the same questions: what is its wire code, status, side and shape.
import type { Model } from "../model.ts";
import type { WireError } from "../protocol.ts";
import { structureOf, type Field, type StructureNode } from "./shapes.ts";

export interface KnownError {
  /** The shape's name (`QueueDoesNotExist`), or the code as thrown when the model does not know it. */
  readonly name: string;
  /** The code in the query protocols (`AWS.SimpleQueueService.NonExistentQueue`). */
  readonly queryCode: string;
  readonly status: number;
  readonly serverFault: boolean;
  readonly node: StructureNode | undefined;
  /** `message` or `Message`, as the error's shape calls it. */
  readonly messageName: string;
}

const tables = new WeakMap<Model, ReadonlyMap<string, string>>();

/** What the model says of an error, found by its shape's name or its wire code. */
export function describeError(model: Model | undefined, error: WireError): KnownError {
  const shapeName = model && errorTable(model).get(error.code);
  if (!model || shapeName === undefined) {
    const status = error.status ?? (error.serverFault ? 500 : 400);
    return { name: error.code, queryCode: error.code, status, serverFault: error.serverFault ?? status >= 500, node: undefined, messageName: "message" };
  }
  const node = structureOf(model, shapeName);
  const modelled = node.shape.error;
  return {
    name: shapeName, queryCode: modelled?.code ?? shapeName, status: error.status ?? modelled?.status ?? 400,
    serverFault: error.serverFault ?? modelled?.fault ?? false, node,
    messageName: node.fields.find((field) => field.name.toLowerCase() === "message")?.json ?? "message",
  };
}

function errorTable(model: Model): ReadonlyMap<string, string> {
  const known = tables.get(model);
  if (known) return known;
  const table = new Map<string, string>();
  for (const [name, shape] of Object.entries(model.shapes)) {
    if (shape.type !== "structure" || !shape.error) continue;
    if (shape.error.code !== undefined && !table.has(shape.error.code)) table.set(shape.error.code, name);
  }
  // Names win over codes: SQS has a shape named as another one's code.
  for (const [name, shape] of Object.entries(model.shapes)) if (shape.type === "structure" && shape.error) table.set(name, name);
  tables.set(model, table);
  return table;
}

/** The modelled field of an error's member, given by its own or its wire name. */
export function errorField(known: KnownError, name: string): Field | undefined {
  return known.node?.fields.find((field) => field.name === name || field.json === name || field.bound === name.toLowerCase());
}
