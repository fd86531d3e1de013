// Marries the SDK's schemas (bindings, names, error statuses) with botocore's model (constraints, types, errors) into one wire model.
import type { MemberModel, Model, OperationModel, ProtocolName, ShapeModel, StructureShape, TimestampFormat } from "../src/wire/model.ts";
import type { BotoMember, BotoModel, BotoShape } from "./model-botocore.ts";
import { convertPattern } from "./model-patterns.ts";
import { loadSdk, readMember, type SdkList, type SdkMap, type SdkRef, type SdkShape, type SdkStructure, type SdkTraits } from "./model-sdk.ts";

export interface ModelRecipe {
  readonly id: string;
  /** The npm package that says how the service's wire looks. */
  readonly sdk: string;
  /** botocore's folder. */
  readonly boto: string;
  readonly protocols: readonly ProtocolName[];
  /** Only these operations; all when absent. */
  readonly operations?: readonly string[];
  readonly xmlNamespace?: string;
  readonly queryCompatible?: boolean;
}

type Say = (line: string) => void;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Builder {
  readonly boto: BotoModel;
  readonly shapes: Record<string, ShapeModel>;
  readonly native: ProtocolName;
  readonly say: Say;
}

const SDK_BLOB = 21;
const SDK_STREAM = 42;
const timestampFormats: Readonly<Record<number, TimestampFormat | undefined>> = { 5: "date-time", 6: "http-date", 7: "epoch-seconds" };

/** Builds one service's model; `say` is told everything that was dropped or differs between the two sources. */
export function buildModel(recipe: ModelRecipe, boto: BotoModel, say: Say): Model {
  const sdk = loadSdk(recipe.sdk);
  const native = recipe.protocols[0];
  if (!native) throw new Error(`${recipe.id} names no protocol`);
  const builder: Builder = { boto, shapes: {}, native, say };
  const operations: Record<string, OperationModel> = {};
  const errors = new Map(sdk.errors.map((ref) => [structureName(ref), ref]));
  for (const operation of sdk.operations) {
    if (recipe.operations && !recipe.operations.includes(operation.name)) continue;
    const known = boto.operations[operation.name];
    if (!known) say(`operation ${operation.name} is not in botocore ${boto.version}: no constraints`);
    const input = visitMaybe(builder, operation.input, known?.input?.shape);
    const output = visitMaybe(builder, operation.output, known?.output?.shape);
    const [method, uri, code] = operation.traits.http ?? ["POST", "/", 200];
    operations[operation.name] = {
      method, uri: completeUri(uri, input === undefined ? undefined : builder.shapes[input]), code, ...optional({ input, output }),
      errors: (known?.errors ?? []).map((error) => error.shape).filter((name) => errors.has(name)).toSorted(),
    };
  }
  const used = new Set(Object.values(operations).flatMap((operation) => operation.errors));
  for (const [name, ref] of errors) if (!recipe.operations || used.has(name)) visit(builder, ref, name);
  const { metadata } = boto;
  return {
    id: recipe.id, serviceId: metadata.serviceId, signingName: metadata.signingName ?? metadata.endpointPrefix, endpointPrefix: metadata.endpointPrefix,
    apiVersion: metadata.apiVersion, protocols: recipe.protocols, namespace: sdk.namespace,
    ...optional({ targetPrefix: metadata.targetPrefix, xmlNamespace: recipe.xmlNamespace ?? metadata.xmlNamespace, queryCompatible: recipe.queryCompatible }),
    operations, shapes: Object.fromEntries(Object.entries(builder.shapes).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function structureName(ref: SdkRef): string {
  const { shape } = readMember(ref);
  return shape?.name ?? "";
}

/** The SDK leaves the bucket to its endpoint rules and adds `x-id` for its own statistics; the wire has the bucket first and may lack `x-id`. */
function completeUri(uri: string, input: ShapeModel | undefined): string {
  const [path = "/", query = ""] = uri.split("?");
  const kept = query.split("&").filter((part) => part !== "" && !part.startsWith("x-id=")).join("&");
  const members = input?.type === "structure" ? input.members : {};
  const bucket = members.Bucket?.location === "uri" && !path.includes("{Bucket}");
  const full = bucket ? `/{Bucket}${path === "/" ? "" : path}` : path;
  return kept === "" ? full : `${full}?${kept}`;
}

function visitMaybe(builder: Builder, ref: SdkRef, botoName: string | undefined): string | undefined {
  return readMember(ref).shape === undefined ? undefined : visit(builder, ref, botoName);
}

/** Adds the shape (once) and answers its name: the SDK's for structures and streams, botocore's for all else. */
function visit(builder: Builder, ref: SdkRef, named: string | undefined): string {
  const { shape } = readMember(ref);
  if (!shape) throw new Error(`unit where a shape is needed (${named ?? "?"})`);
  // Where botocore lacks the way here (a newer operation), it may know the shape all the same.
  const botoName = named ?? shape.name;
  const boto = botoName === undefined ? undefined : builder.boto.shapes[botoName];
  if ("members" in shape) {
    if (builder.shapes[shape.name]) return shape.name;
    addStructure(builder, shape, boto?.type === "structure" ? boto : undefined);
    return shape.name;
  }
  if (shape.kind === "simple") return addSimple(builder, shape, botoName, boto);
  const matching = boto?.type === shape.kind ? boto : undefined;
  const name = matching && botoName !== undefined ? botoName : (shape.name ?? anonymousName(shape));
  if (builder.shapes[name]) return name;
  const bounds = constraintsOf(builder, name, matching);
  if (shape.kind === "list") {
    const placeholder: Writable<Extract<ShapeModel, { type: "list" }>> = { type: "list", member: { shape: "" }, ...bounds };
    builder.shapes[name] = placeholder;
    placeholder.member = elementOf(builder, shape.member, matching?.member);
  } else {
    const placeholder: Writable<Extract<ShapeModel, { type: "map" }>> = { type: "map", key: { shape: "" }, value: { shape: "" }, ...bounds };
    builder.shapes[name] = placeholder;
    placeholder.key = elementOf(builder, shape.key, matching?.key);
    placeholder.value = elementOf(builder, shape.value, matching?.value);
  }
  return name;
}

function anonymousName(shape: SdkList | SdkMap): string {
  const element = shape.kind === "list" ? shape.member : shape.value;
  return `_${typeof element === "number" ? element : structureName(element)}${shape.kind === "list" ? "List" : "Map"}`;
}

function elementOf(builder: Builder, ref: SdkRef, boto: BotoMember | undefined): MemberModel {
  const { shape, traits } = readMember(ref);
  const format = shape?.kind === "simple" ? timestampFormats[shape.code] : undefined;
  return { shape: visit(builder, ref, boto?.shape), ...optional({ name: traits.xmlName, timestampFormat: format }) };
}

function addStructure(builder: Builder, sdk: SdkStructure, boto: BotoShape | undefined): void {
  const members: Record<string, MemberModel> = {};
  const structure: Writable<StructureShape> = { type: "structure", members, required: [] };
  builder.shapes[sdk.name] = structure;
  const byName = new Map(sdk.members);
  const botoNames = Object.keys(boto?.members ?? {});
  for (const name of botoNames) if (!byName.has(name)) builder.say(`member ${sdk.name}.${name} is not in the SDK: dropped`);
  // botocore keeps AWS's order of members; the SDK moves the required ones to the front.
  const ordered = [...botoNames.filter((name) => byName.has(name)), ...[...byName.keys()].filter((name) => !boto?.members?.[name])];
  for (const name of ordered) {
    const ref = byName.get(name) ?? 0;
    const { traits } = readMember(ref);
    members[name] = memberOf(builder, name, ref, boto?.members?.[name]);
    if (traits.httpPayload && builder.native.startsWith("rest")) structure.payload = name;
  }
  const required = new Set([...sdk.required, ...(boto?.required ?? []).filter((name) => byName.has(name))]);
  structure.required = ordered.filter((name) => required.has(name));
  const rest = optional({
    union: sdk.kind === "union" ? true : undefined, eventStream: sdk.kind === "union" && sdk.traits.streaming ? true : undefined,
    xmlName: sdk.traits.xmlName === sdk.name ? undefined : sdk.traits.xmlName,
  });
  Object.assign(structure, rest);
  if (sdk.kind === "error") {
    const code = sdk.traits.awsQueryError?.[0];
    const serverFault = sdk.traits.error === "server";
    structure.error = {
      ...optional({ code: code === sdk.name ? undefined : code }),
      status: sdk.traits.httpError ?? sdk.traits.awsQueryError?.[1] ?? (serverFault ? 500 : 400), ...optional({ fault: serverFault ? true : undefined }),
    };
  }
}

function memberOf(builder: Builder, name: string, ref: SdkRef, boto: BotoMember | undefined): MemberModel {
  const { shape, traits } = readMember(ref);
  const format = shape?.kind === "simple" ? timestampFormats[shape.code] : undefined;
  const xml = traits.xmlName === name ? undefined : traits.xmlName;
  const isJson = /json|cbor/i.test(builder.native);
  const body = isJson ? { name: traits.jsonName, queryName: xml } : { name: xml, queryName: traits.ec2QueryName };
  return {
    shape: visit(builder, ref, boto?.shape),
    ...(builder.native.startsWith("rest") ? locationOf(name, traits, body.name) : optional(body)),
    ...optional({
      xmlAttribute: traits.xmlAttribute ? true : undefined, xmlNamespace: namespaceOf(traits), flattened: traits.xmlFlattened ? true : undefined,
      timestampFormat: format, idempotencyToken: traits.idempotencyToken ? true : undefined, hostLabel: traits.hostLabel ? true : undefined,
      eventHeader: traits.eventHeader ? true : undefined, eventPayload: traits.eventPayload ? true : undefined,
    }),
  };
}

function locationOf(name: string, traits: SdkTraits, bodyName: string | undefined): Partial<MemberModel> {
  if (traits.httpLabel) return { location: "uri" };
  if (traits.httpQuery !== undefined) return { location: "querystring", ...optional({ name: traits.httpQuery === name ? undefined : traits.httpQuery }) };
  if (traits.httpQueryParams) return { location: "querystring" };
  if (traits.httpHeader !== undefined) return { location: "header", name: traits.httpHeader };
  if (traits.httpPrefixHeaders !== undefined) return { location: "headers", name: traits.httpPrefixHeaders };
  if (traits.httpResponseCode) return { location: "statusCode" };
  return optional({ name: bodyName });
}

function namespaceOf(traits: SdkTraits): MemberModel["xmlNamespace"] {
  if (traits.xmlNamespace === undefined) return undefined;
  if (typeof traits.xmlNamespace === "string") return { uri: traits.xmlNamespace };
  return { uri: traits.xmlNamespace[1], prefix: traits.xmlNamespace[0] };
}

function addSimple(builder: Builder, sdk: Extract<SdkShape, { kind: "simple" }>, botoName: string | undefined, boto: BotoShape | undefined): string {
  const type = simpleType(sdk, boto);
  const streaming = sdk.code === SDK_STREAM || sdk.traits.streaming === 1;
  const agrees = boto !== undefined && (boto.type === type || boto.type === "character");
  if (boto && !agrees) builder.say(`shape ${botoName} is ${boto.type} in botocore and ${type} in the SDK: the SDK's is used`);
  const name = streaming ? (sdk.name ?? "StreamingBlob") : agrees && botoName !== undefined ? botoName : `_${type}`;
  if (builder.shapes[name]) return name;
  const constraints = agrees && !streaming ? constraintsOf(builder, name, boto) : {};
  const extra = optional({ streaming: streaming ? true : undefined, mediaType: sdk.traits.mediaType, sensitive: sdk.traits.sensitive || boto?.sensitive ? true : undefined });
  builder.shapes[name] = { type, ...constraints, ...extra } as ShapeModel;
  return name;
}

type SimpleType = Exclude<ShapeModel["type"], "structure" | "list" | "map">;

/** The SDK knows one kind of number; botocore tells them apart. */
function simpleType(sdk: Extract<SdkShape, { kind: "simple" }>, boto: BotoShape | undefined): SimpleType {
  switch (sdk.code) {
    case 0: return "string";
    case 1: case 17: case 19: return boto && ["integer", "long", "float", "double"].includes(boto.type) ? (boto.type as SimpleType) : "double";
    case 2: return "boolean";
    case 4: case 5: case 6: case 7: return "timestamp";
    case 15: return "document";
    case SDK_BLOB: case SDK_STREAM: return "blob";
    default: throw new Error(`unknown simple schema ${sdk.code}`);
  }
}

function constraintsOf(builder: Builder, name: string, boto: BotoShape | undefined): { min?: number; max?: number; pattern?: string; regexp?: { source: string; flags: string }; enum?: readonly string[] } {
  if (!boto) return {};
  // botocore writes bounds of numbers as numbers, but patterns without bounds as they come.
  const { min, max, pattern } = boto;
  const values = boto.enum && boto.enum.length > 0 ? boto.enum : undefined;
  if (pattern === undefined || values) return optional({ min, max, enum: values });
  const converted = convertPattern(pattern);
  if (typeof converted === "string") {
    builder.say(`pattern of ${name} can not be converted (${converted}): dropped: ${pattern}`);
    return optional({ min, max });
  }
  const same = converted.source === pattern && converted.flags === "";
  return optional({ min, max, pattern, regexp: same ? undefined : converted });
}

/** The object without its undefined members. */
function optional<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
