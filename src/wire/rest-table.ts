// Finds a REST operation by method, path and query: each model's URI templates compiled once into a tree of segments.
import type { Model, StructureShape } from "./model.ts";
import type { QueryPairs } from "./query-string.ts";

export interface RestMatch {
  readonly operation: string;
  /** Still percent-encoded, by label name; a greedy label keeps its slashes. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface RestTable {
  /**
   * The operation for a raw path. When several share method and path, the one whose query literals (`?uploads`) fit best wins,
   * then the one whose required query parameters and headers are there (UploadPart against PutObject).
   */
  find(method: string, rawPath: string, query: QueryPairs, headers: Readonly<Record<string, string>>): RestMatch | undefined;
}

interface Candidate {
  readonly operation: string;
  readonly labelNames: readonly string[];
  readonly literals: readonly (readonly [key: string, value: string | undefined])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  readonly here: Map<string, Candidate[]>;
  /** Operations whose last label is greedy and begins at this node. */
  readonly greedy: Map<string, Candidate[]>;
}

const newNode = (): Node => ({ literals: new Map(), label: undefined, here: new Map(), greedy: new Map() });

/**
 * `strict` drops operations that are told apart by nothing but required query parameters when these are missing
 * (S3: `POST /bucket/key` without `uploadId` is no CompleteMultipartUpload but a method that is not allowed).
 */
export function compileRestTable(model: Model, options: { readonly strict: boolean }): RestTable {
  const root = newNode();
  for (const name of Object.keys(model.operations)) insert(root, model, name);
  return {
    find: (method, rawPath, query, headers) => {
      const segments = rawPath.split("/");
      segments.shift();
      const found = search(root, method, segments, 0, []) ?? (segments.at(-1) === "" ? search(root, method, segments.slice(0, -1), 0, []) : undefined);
      if (!found) return undefined;
      const candidate = best(found.candidates, query, headers, options.strict);
      if (!candidate) return undefined;
      const labels: Record<string, string> = {};
      candidate.labelNames.forEach((label, index) => (labels[label] = found.values[index] ?? ""));
      return { operation: candidate.operation, labels };
    },
  };
}

function insert(root: Node, model: Model, name: string): void {
  const operation = model.operations[name];
  if (!operation) return;
  const [path = "", query = ""] = operation.uri.split("?");
  const labelNames: string[] = [];
  let node = root;
  let greedy = false;
  for (const segment of path.split("/").slice(1)) {
    if (segment === "") continue;
    const label = /^\{([^}+]+)(\+?)\}$/.exec(segment);
    if (!label) {
      let next = node.literals.get(segment);
      if (!next) node.literals.set(segment, (next = newNode()));
      node = next;
      continue;
    }
    labelNames.push(label[1] ?? "");
    if (label[2] === "+") greedy = true;
    else node = node.label ??= newNode();
  }
  const into = greedy ? node.greedy : node.here;
  const candidate = { operation: name, labelNames, literals: literalsOf(query), ...requiredOf(model, operation.input) };
  const known = into.get(operation.method);
  if (known) known.push(candidate);
  else into.set(operation.method, [candidate]);
}

function literalsOf(query: string): Candidate["literals"] {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const [key = "", value] = part.split("=");
      return [key, value === "" ? undefined : value] as const;
    });
}

function requiredOf(model: Model, input: string | undefined): Pick<Candidate, "requiredQuery" | "requiredHeaders"> {
  const shape = input === undefined ? undefined : (model.shapes[input] as StructureShape | undefined);
  const at = (location: string): string[] =>
    (shape?.required ?? []).filter((member) => shape?.members[member]?.location === location).map((member) => shape?.members[member]?.name ?? member);
  return { requiredQuery: at("querystring"), requiredHeaders: at("header").map((name) => name.toLowerCase()) };
}

interface Found {
  readonly candidates: readonly Candidate[];
  readonly values: readonly string[];
}

/** Literal segments before labels, labels before greedy ones. The depth is bounded by the templates, not by the path. */
function search(node: Node, method: string, segments: readonly string[], at: number, values: readonly string[]): Found | undefined {
  const segment = segments[at];
  if (segment === undefined) {
    const candidates = node.here.get(method);
    return candidates && { candidates, values };
  }
  const literal = node.literals.get(segment);
  const byLiteral = literal && search(literal, method, segments, at + 1, values);
  if (byLiteral) return byLiteral;
  const byLabel = node.label && segment !== "" ? search(node.label, method, segments, at + 1, [...values, segment]) : undefined;
  if (byLabel) return byLabel;
  const candidates = node.greedy.get(method);
  if (!candidates) return undefined;
  const rest = segments.slice(at).join("/");
  return rest === "" ? undefined : { candidates, values: [...values, rest] };
}

function best(candidates: readonly Candidate[], query: QueryPairs, headers: Readonly<Record<string, string>>, strict: boolean): Candidate | undefined {
  let winner: Candidate | undefined;
  let winnerScore = -1;
  for (const candidate of candidates) {
    if (!candidate.literals.every(([key, value]) => query.some(([name, given]) => name === key && (value === undefined || value === given)))) continue;
    const queryThere = candidate.requiredQuery.every((key) => query.some(([name]) => name === key));
    if (strict && !queryThere && candidate.literals.length === 0) continue;
    const complete = queryThere && candidate.requiredHeaders.every((name) => headers[name] !== undefined);
    const required = candidate.requiredQuery.length + candidate.requiredHeaders.length;
    // An operation whose requirements are all met beats one that asks for less, and that one beats one with something missing.
    const score = candidate.literals.length * 1000 + (complete ? 500 + required : 100 - required);
    if (score > winnerScore) {
      winner = candidate;
      winnerScore = score;
    }
  }
  return winner;
}
