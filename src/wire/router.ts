// From a request to a service's operation and the labels in its path; models are loaded when their service is first asked for.
import type { HttpRequest } from "./door.ts";
import { cborPath, findService, guessProtocol, type Inquiry, lastPart, readAction, type Shelf, spokenProtocol } from "./find-service.ts";
import { type HostFacts, hostReader } from "./hosts.ts";
import type { Model, ModelSummary, ProtocolName } from "./model.ts";
import { compileRestTable, type RestTable } from "./rest-table.ts";
import { invalidAction, malformedLabel, malformedQuery, missingAction, unknownOperation, unknownPath } from "./routing-faults.ts";
import type { Signature } from "./sigv4.ts";

export interface ServiceRoute {
  readonly summary: ModelSummary;
  readonly protocol: ProtocolName;
  readonly host: HostFacts;
}

export interface OperationRoute {
  readonly operation: string;
  /** Percent-decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Router {
  /** How to frame an error for a request whose service is not found (yet). */
  guess(request: HttpRequest, signature: Signature | undefined): ProtocolName;
  /** Throws a fault for a service that is not served. A promise, here and below, only where a body has to be read. */
  service(inquiry: Inquiry): ServiceRoute | Promise<ServiceRoute>;
  /** Throws the protocol's own fault for an operation the service does not have. */
  operation(inquiry: Inquiry, route: ServiceRoute): OperationRoute | Promise<OperationRoute>;
  model(id: string): Model;
}

export interface RouterOptions {
  readonly index: readonly ModelSummary[];
  /** Called once per service, at its first request. */
  readonly loadModel: (id: string) => Model;
  /** Names this server answers to besides AWS's; a bucket may stand in front. */
  readonly domains: readonly string[];
}

export function createRouter({ index, loadModel, domains }: RouterOptions): Router {
  const shelf = openShelf(index, loadModel);
  const readHost = hostReader(index, domains);
  return {
    model: shelf.model,
    guess: (request, signature) => guessProtocol(request, signature, index),
    service: (inquiry) => {
      const host = readHost(inquiry.request.host);
      const routed = (summary: ModelSummary): ServiceRoute => ({ summary, protocol: spokenProtocol(inquiry, summary), host });
      const found = findService(inquiry, shelf, host);
      return found instanceof Promise ? found.then(routed) : routed(found);
    },
    operation: (inquiry, route) => {
      if (inquiry.query.malformed) throw malformedQuery(route.protocol);
      if (route.protocol === "restJson1" || route.protocol === "restXml") return byPath(inquiry, route, shelf);
      return byName(inquiry, route, shelf.model(route.summary.id));
    },
  };
}

function openShelf(index: readonly ModelSummary[], loadModel: (id: string) => Model): Shelf {
  const models = new Map<string, Model>();
  const tables = new Map<string, RestTable>();
  const model = (id: string): Model => {
    let found = models.get(id);
    if (!found) models.set(id, (found = loadModel(id)));
    return found;
  };
  const table = (id: string): RestTable => {
    let found = tables.get(id);
    if (!found) tables.set(id, (found = compileRestTable(model(id), { strict: id === "s3" })));
    return found;
  };
  const targets = new Map(index.flatMap((summary) => (summary.targetPrefix === undefined ? [] : [[summary.targetPrefix, summary] as const])));
  return { index, targets, model, table };
}

const noLabels = {};

function byName(inquiry: Inquiry, { protocol, summary }: ServiceRoute, { operations }: Model): OperationRoute | Promise<OperationRoute> {
  const { headers, rawPath } = inquiry.request;
  if (protocol === "awsQuery" || protocol === "ec2Query") return byAction(inquiry, protocol, summary, operations);
  const operation = protocol === "rpcv2Cbor" ? (cborPath(rawPath)?.operation ?? "") : lastPart(headers["x-amz-target"] ?? "");
  if (!Object.hasOwn(operations, operation)) throw unknownOperation(protocol);
  return { operation, labels: noLabels };
}

async function byAction(inquiry: Inquiry, protocol: "awsQuery" | "ec2Query", { apiVersion }: ModelSummary, operations: Model["operations"]): Promise<OperationRoute> {
  const { action, version } = await readAction(inquiry);
  if (action === undefined) throw missingAction();
  if (!Object.hasOwn(operations, action)) throw invalidAction(protocol, action, version ?? apiVersion);
  return { operation: action, labels: noLabels };
}

function byPath({ request, query }: Inquiry, { summary, host }: ServiceRoute, shelf: Shelf): OperationRoute {
  const path = summary.id === "s3" && host.bucket !== undefined ? `/${host.bucket}${request.rawPath}` : request.rawPath;
  const match = shelf.table(summary.id).find(request.method, path, query.pairs, request.headers);
  if (!match) throw unknownPath(summary, request, path);
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(match.labels)) {
    try {
      labels[name] = value.includes("%") ? decodeURIComponent(value) : value;
    } catch {
      throw malformedLabel(summary.id, name);
    }
  }
  return { operation: match.operation, labels };
}
