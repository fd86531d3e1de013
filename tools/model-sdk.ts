// The official SDK's clients export their schemas as nested arrays; this page says what the positions and bits mean.
import { createRequire } from "node:module";

/** A schema as the SDK writes it: a number for simple types, a string for unit, an array, or a thunk of one. */
export type SdkRef = number | string | readonly unknown[] | (() => SdkRef);

export interface SdkTraits {
  readonly http?: readonly [method: string, uri: string, code: number];
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly hostLabel?: 1;
  readonly idempotencyToken?: 1;
  readonly sensitive?: 1;
  readonly streaming?: 1;
  readonly jsonName?: string;
  readonly mediaType?: string;
  readonly xmlName?: string;
  readonly xmlAttribute?: 1;
  readonly xmlFlattened?: 1;
  readonly xmlNamespace?: string | readonly [prefix: string, uri: string];
  readonly ec2QueryName?: string;
  readonly error?: "client" | "server";
  readonly httpError?: number;
  readonly eventHeader?: 1;
  readonly eventPayload?: 1;
  readonly awsQueryError?: readonly [code: string, status: number];
}

export type SdkShape = SdkList | SdkMap | SdkStructure | { readonly kind: "simple"; readonly name?: string; readonly traits: SdkTraits; readonly code: number };
export interface SdkList { readonly kind: "list"; readonly name?: string; readonly traits: SdkTraits; readonly member: SdkRef }
export interface SdkMap { readonly kind: "map"; readonly name?: string; readonly traits: SdkTraits; readonly key: SdkRef; readonly value: SdkRef }
export interface SdkStructure {
  readonly kind: "structure" | "union" | "error";
  readonly name: string;
  readonly traits: SdkTraits;
  readonly members: readonly (readonly [name: string, schema: SdkRef])[];
  readonly required: readonly string[];
}

export interface SdkOperation {
  readonly name: string;
  readonly traits: SdkTraits;
  readonly input: SdkRef;
  readonly output: SdkRef;
}

const TRAIT_BITS = ["httpLabel", "idempotent", "idempotencyToken", "sensitive", "httpPayload", "httpResponseCode", "httpQueryParams"] as const;
const LIST_MODIFIER = 64;
const MAP_MODIFIER = 128;

/** The schema behind thunks and member wrappers, with the member's traits merged in order. */
export function readMember(ref: SdkRef): { readonly shape: SdkShape | undefined; readonly traits: SdkTraits } {
  let current: unknown = ref;
  const sets: SdkTraits[] = [];
  for (;;) {
    if (typeof current === "function") current = (current as () => unknown)();
    else if (Array.isArray(current) && current.length === 2) {
      sets.push(readTraits(current[1]));
      current = current[0];
    } else break;
  }
  return { shape: readShape(current), traits: Object.assign({}, ...sets.toReversed()) as SdkTraits };
}

function readShape(schema: unknown): SdkShape | undefined {
  if (schema === "unit") return undefined;
  if (typeof schema === "number") {
    if (schema >= MAP_MODIFIER) return { kind: "map", traits: {}, key: 0, value: schema - MAP_MODIFIER };
    if (schema >= LIST_MODIFIER) return { kind: "list", traits: {}, member: schema - LIST_MODIFIER };
    return { kind: "simple", traits: {}, code: schema };
  }
  if (!Array.isArray(schema)) throw new Error(`unknown schema ${String(schema)}`);
  const [kind, , name, traitBits, first, second, requiredCount] = schema as [number, string, string, unknown, SdkRef, SdkRef, number | undefined];
  const traits = readTraits(traitBits);
  switch (kind) {
    case 0: return { kind: "simple", name, traits, code: first as number };
    case 1: return { kind: "list", name, traits, member: first };
    case 2: return { kind: "map", name, traits, key: first, value: second };
    case 3: case 4: case -3: {
      const names = first as unknown as readonly string[];
      const schemas = second as unknown as readonly SdkRef[];
      return {
        kind: kind === 3 ? "structure" : kind === 4 ? "union" : "error",
        name, traits, members: names.map((member, at) => [member, schemas[at] ?? 0] as const), required: names.slice(0, requiredCount ?? 0),
      };
    }
    default: throw new Error(`unknown schema kind ${kind} of ${name}`);
  }
}

function readTraits(bits: unknown): SdkTraits {
  if (typeof bits === "object" && bits !== null) return bits as SdkTraits;
  const set: Record<string, 1> = {};
  TRAIT_BITS.forEach((trait, at) => {
    if (((Number(bits) >> at) & 1) === 1) set[trait] = 1;
  });
  return set as SdkTraits;
}

/** All operations and modelled errors of an installed `@aws-sdk/client-*` package, and its Smithy namespace. */
export function loadSdk(packageName: string): { readonly operations: readonly SdkOperation[]; readonly errors: readonly SdkRef[]; readonly namespace: string; readonly version: string } {
  const require = createRequire(import.meta.url);
  const client = require(packageName) as Record<string, unknown>;
  const schemas = Object.entries(client).filter(([name, value]) => name.endsWith("$") && Array.isArray(value)).map(([, value]) => value as readonly unknown[]);
  const operations = schemas.filter((schema) => schema[0] === 9).map((schema) => ({
    name: schema[2] as string, traits: readTraits(schema[3]), input: schema[4] as SdkRef, output: schema[5] as SdkRef,
  }));
  const namespace = String(schemas.find((schema) => schema[0] === 9)?.[1]);
  // The SDK adds a base exception under a namespace of its own; it is never on the wire.
  const errors = schemas.filter((schema) => schema[0] === -3 && schema[1] === namespace);
  const { version } = require(`${packageName}/package.json`) as { version: string };
  return { operations: operations.toSorted((a, b) => (a.name < b.name ? -1 : 1)), errors, namespace, version };
}
