// Whose request is it? Headers, signature, host, action and path are asked in this order, and S3 takes what is left.
import type { HttpRequest } from "./door.ts";
import type { HostFacts } from "./hosts.ts";
import type { Model, ModelSummary, ProtocolName } from "./model.ts";
import { parseQuery, type Query, type QueryPairs } from "./query-string.ts";
import type { RestTable } from "./rest-table.ts";
import { serviceNotImplemented, unknownTarget } from "./routing-faults.ts";
import type { Signature } from "./sigv4.ts";

/** What routing looks at; `readForm` reads the body (once, bounded) of a request that may be a form. */
export interface Inquiry {
  readonly request: HttpRequest;
  readonly query: Query;
  readonly signature: Signature | undefined;
  readonly readForm: () => Promise<Uint8Array>;
}

/** All services by what the index says, and their models and operation tables as they are needed. */
export interface Shelf {
  readonly index: readonly ModelSummary[];
  /** By target prefix (`DynamoDB_20120810`). */
  readonly targets: ReadonlyMap<string, ModelSummary>;
  model(id: string): Model;
  table(id: string): RestTable;
}

type Step = (inquiry: Inquiry, shelf: Shelf, host: HostFacts) => ModelSummary | undefined | Promise<ModelSummary | undefined>;

const steps: readonly Step[] = [byTarget, byCborPath, bySigningName, byHost, byAction, byPath];

/** A promise only where a body has to be read. Throws NotImplemented for a service that has no model, UnknownOperationException for a target that means nothing. */
export const findService = (inquiry: Inquiry, shelf: Shelf, host: HostFacts): ModelSummary | Promise<ModelSummary> => findFrom(0, inquiry, shelf, host);

function findFrom(first: number, inquiry: Inquiry, shelf: Shelf, host: HostFacts): ModelSummary | Promise<ModelSummary> {
  for (let at = first; at < steps.length; at += 1) {
    const answer = steps[at]?.(inquiry, shelf, host);
    if (answer instanceof Promise) return answer.then((summary) => summary ?? findFrom(at + 1, inquiry, shelf, host));
    if (answer) return answer;
  }
  const s3 = shelf.index.find(({ id }) => id === "s3");
  if (!s3) throw serviceNotImplemented("s3");
  return s3;
}

function byTarget({ request, signature }: Inquiry, { index, targets }: Shelf): ModelSummary | undefined {
  const target = request.headers["x-amz-target"];
  if (target === undefined) return undefined;
  const prefix = target.slice(0, Math.max(0, target.lastIndexOf(".")));
  const found = targets.get(prefix);
  if (found) return found;
  const name = signature?.signingName;
  throw name !== undefined && !index.some(({ signingName }) => signingName === name) ? serviceNotImplemented(name) : unknownTarget(target);
}

function byCborPath({ request }: Inquiry, { index }: Shelf): ModelSummary | undefined {
  if (request.headers["smithy-protocol"] !== "rpc-v2-cbor") return undefined;
  const name = cborPath(request.rawPath)?.service;
  return index.find((summary) => summary.protocols.includes("rpcv2Cbor") && (summary.targetPrefix === name || summary.serviceId === name));
}

function bySigningName(inquiry: Inquiry, shelf: Shelf): ModelSummary | undefined | Promise<ModelSummary | undefined> {
  const name = inquiry.signature?.signingName;
  if (name === undefined) return undefined;
  const candidates = shelf.index.filter(({ signingName }) => signingName === name);
  if (candidates.length === 0) throw serviceNotImplemented(name);
  return candidates.length === 1 ? candidates[0] : amongNamesakes(inquiry, shelf, candidates);
}

/** Services that sign with the same name (API Gateway's two, SES's two) differ by action or by path. */
async function amongNamesakes(inquiry: Inquiry, shelf: Shelf, candidates: readonly ModelSummary[]): Promise<ModelSummary | undefined> {
  return (await amongByAction(inquiry, shelf, candidates)) ?? candidates.find((summary) => restMatch(inquiry, shelf, summary)) ?? candidates[0];
}

function byHost(_inquiry: Inquiry, { index }: Shelf, { service }: HostFacts): ModelSummary | undefined {
  return service === undefined ? undefined : index.find(({ id }) => id === service);
}

function byAction(inquiry: Inquiry, shelf: Shelf): Promise<ModelSummary | undefined> | undefined {
  const { request, query } = inquiry;
  return isForm(request) || query.pairs.some(([key]) => key === "Action") ? amongByAction(inquiry, shelf, shelf.index) : undefined;
}

async function amongByAction(inquiry: Inquiry, shelf: Shelf, candidates: readonly ModelSummary[]): Promise<ModelSummary | undefined> {
  const { action, version } = await readAction(inquiry);
  if (action === undefined) return undefined;
  const speaking = candidates.filter((summary) => queryProtocol(summary) !== undefined);
  const dated = speaking.filter(({ apiVersion }) => apiVersion === version);
  const found = (dated.length > 0 ? dated : speaking).find(({ id }) => Object.hasOwn(shelf.model(id).operations, action));
  return found ?? dated[0];
}

function byPath(inquiry: Inquiry, shelf: Shelf): ModelSummary | undefined {
  const root = pathRoot(inquiry.request);
  return shelf.index.find((summary) => summary.pathRoots?.includes(root) && restMatch(inquiry, shelf, summary));
}

function restMatch({ request, query }: Inquiry, shelf: Shelf, { id, protocols }: ModelSummary): boolean {
  const rest = protocols[0] === "restJson1" || protocols[0] === "restXml";
  return rest && shelf.table(id).find(request.method, request.rawPath, query.pairs, request.headers) !== undefined;
}

/** The protocol this client speaks to a service that may know several. */
export function spokenProtocol({ request, query }: Inquiry, { protocols }: ModelSummary): ProtocolName {
  const [native = "restXml"] = protocols;
  if (isOldCbor(request) && protocols.some((name) => name.startsWith("awsJson"))) return "awsCbor1_1";
  if (protocols.length === 1) return native;
  if (request.headers["smithy-protocol"] === "rpc-v2-cbor" && protocols.includes("rpcv2Cbor")) return "rpcv2Cbor";
  if (request.headers["x-amz-target"] !== undefined) {
    const asked = jsonVersion(request);
    return protocols.includes(asked) ? asked : (protocols.find((name) => name.startsWith("awsJson")) ?? native);
  }
  const asForm = queryProtocol({ protocols });
  return asForm !== undefined && (isForm(request) || query.pairs.some(([key]) => key === "Action")) ? asForm : native;
}

/** How to frame an error for a request whose service is not found (yet). */
export function guessProtocol(request: HttpRequest, signature: Signature | undefined, index: readonly ModelSummary[]): ProtocolName {
  if (request.headers["smithy-protocol"] === "rpc-v2-cbor") return "rpcv2Cbor";
  if (request.headers["x-amz-target"] !== undefined) return jsonVersion(request);
  if (isForm(request)) return "awsQuery";
  const name = signature?.signingName;
  if (name !== undefined) return index.find(({ signingName }) => signingName === name)?.protocols[0] ?? "restJson1";
  const root = pathRoot(request);
  return index.some(({ pathRoots }) => pathRoots?.includes(root)) ? "restJson1" : "restXml";
}

export interface Action {
  readonly action: string | undefined;
  readonly version: string | undefined;
}

/** `Action` and `Version` of a Query request: from the URL or, for a form sent to a path where Query requests go, from the body. */
export async function readAction({ request, query, signature, readForm }: Inquiry): Promise<Action> {
  const inUrl = pickAction(query.pairs);
  if (inUrl.action !== undefined || !isForm(request)) return inUrl;
  // Unsigned forms go to `/` or to a queue's URL; any other path is somebody's upload and stays a stream.
  if (signature === undefined && request.rawPath !== "/" && !/^\/\d{12}\//.test(request.rawPath)) return inUrl;
  const { buffer, byteOffset, byteLength } = await readForm();
  return pickAction(parseQuery(Buffer.from(buffer, byteOffset, byteLength).toString("latin1")).pairs);
}

function pickAction(pairs: QueryPairs): Action {
  let action: string | undefined;
  let version: string | undefined;
  for (const [key, value] of pairs) {
    if (key === "Action") action = value;
    else if (key === "Version") version = value;
  }
  return { action, version };
}

/** `/service/GraniteServiceVersion20100801/operation/PutMetricData`, possibly below a base path. */
export function cborPath(rawPath: string): { readonly service: string; readonly operation: string } | undefined {
  const match = /\/service\/([^/]+)\/operation\/([^/]+)$/.exec(rawPath);
  return match ? { service: lastPart(match[1] ?? ""), operation: match[2] ?? "" } : undefined;
}

/** What follows the last dot: the operation of a target, the service of a namespaced name. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

const isForm = ({ method, headers }: HttpRequest): boolean =>
  method === "POST" && (headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false);
const queryProtocol = ({ protocols }: Pick<ModelSummary, "protocols">): ProtocolName | undefined =>
  protocols.find((name) => name === "awsQuery" || name === "ec2Query");
const isOldCbor = ({ headers }: HttpRequest): boolean => headers["x-amz-target"] !== undefined && (headers["content-type"]?.startsWith("application/x-amz-cbor-1.1") ?? false);
const jsonVersion = (request: HttpRequest): ProtocolName =>
  isOldCbor(request) ? "awsCbor1_1" : request.headers["content-type"]?.includes("x-amz-json-1.0") ? "awsJson1_0" : "awsJson1_1";
const pathRoot = ({ rawPath }: HttpRequest): string => rawPath.split("/", 2)[1] ?? "";
