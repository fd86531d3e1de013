// Makes the Call a handler gets, and runs other services' operations in process for it.
import { randomUUID } from "node:crypto";
import type { HttpRequest } from "./door.ts";
import type { Model } from "./model.ts";
import type { Validate } from "./protocol.ts";
import type { QueryPairs } from "./query-string.ts";
import type { ServiceRoute } from "./router.ts";
import { operationNotImplemented } from "./routing-faults.ts";
import type { BodyFacts, BoundService, Call } from "./service.ts";
import type { ServiceShelf } from "./service-shelf.ts";
import type { Signature } from "./sigv4.ts";

/** What calling a service takes, from outside and from inside. */
export interface Backstage {
  readonly services: ServiceShelf;
  readonly model: (id: string) => Model;
  readonly validate: Validate;
  readonly region: string;
}

/** Throws the 501 fault of an operation that has no handler. */
export function requireHandler(service: BoundService | undefined, id: string, operation: string): BoundService {
  if (!service?.operations.has(operation)) throw operationNotImplemented(id, operation);
  return service;
}

export interface CallFacts {
  readonly request: HttpRequest;
  readonly query: QueryPairs;
  readonly signature: Signature | undefined;
  readonly account: string;
  readonly requestId: string;
  readonly service: ServiceRoute;
  readonly operation: string;
  readonly body: BodyFacts;
}

export function makeCall(facts: CallFacts, backstage: Backstage): Call {
  const { request, signature, service } = facts;
  const { host, summary } = service;
  const caller: Caller = {
    requestId: facts.requestId,
    account: facts.account,
    region: signature?.region ?? host.region ?? backstage.region,
    accessKeyId: signature?.accessKeyId,
    headers: request.headers,
    query: facts.query.length === 0 ? noQuery : Object.fromEntries(facts.query),
    sourceIp: request.sourceIp,
    // A bucket in the host is part of that one request, not of our address.
    endpoint: summary.id === "s3" && host.bucket !== undefined ? `${request.secure ? "https" : "http"}://${host.baseHost}` : request.endpoint,
    signal: () => request.signal,
  };
  return callAs(caller, summary.id, facts.operation, facts.body, backstage);
}

const noQuery = {};

/** Calls operations for nobody's request: what the server does of its own accord, as the root of an account. */
export function callFromWithin(at: { readonly account: string; readonly region: string; readonly endpoint: string }, backstage: Backstage): Call["call"] {
  const { signal } = new AbortController();
  const caller: Caller = { ...at, requestId: randomUUID(), accessKeyId: undefined, headers: {}, query: noQuery, sourceIp: "127.0.0.1", signal: () => signal };
  return callAs(caller, "", "", insideBody(), backstage).call;
}

type Caller = Omit<Call, "service" | "operation" | "body" | "reply" | "call">;

/** There is no wire: how long a body is, its input says. */
function insideBody(input?: unknown): BodyFacts {
  const length = typeof input === "object" && input !== null && "ContentLength" in input ? input.ContentLength : undefined;
  return { contentLength: typeof length === "number" ? length : undefined, trailers: async () => ({}) };
}

/** Member by member: this happens at every request, and a copy by spread costs more than all else in it. */
function callAs(caller: Caller, service: string, operation: string, body: BodyFacts, backstage: Backstage): Call {
  const { requestId, account, region, accessKeyId, headers, query, sourceIp, endpoint, signal } = caller;
  return {
    requestId, account, region, accessKeyId, headers, query, sourceIp, endpoint, signal, service, operation, body,
    reply: { headers: {} },
    call: async (id, name, input) => {
      const bound = requireHandler(await backstage.services(id), id, name);
      backstage.validate(backstage.model(id), name, input, bound.options);
      return bound.run(name, input, callAs(caller, id, name, insideBody(input), backstage));
    },
  };
}
