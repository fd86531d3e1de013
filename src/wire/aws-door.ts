// The door of all AWS APIs: a request goes through one chain of steps, from "who is asking" to the framed answer.
import type { Clock } from "../kernel/clock.ts";
import { Fault, Outage } from "../kernel/fault.ts";
import { type Backstage, makeCall, requireHandler } from "./aws-call.ts";
import { errorReply, type Framing, newContext, outputReply, wireError } from "./aws-replies.ts";
import { protocols } from "./codecs/index.ts";
import { type OpenBody, openBody } from "./collect-body.ts";
import type { Door, HttpReply, HttpRequest } from "./door.ts";
import type { Inquiry } from "./find-service.ts";
import type { Model, ModelSummary, StructureShape } from "./model.ts";
import { parseQuery } from "./query-string.ts";
import { createRouter, type Router, type ServiceRoute } from "./router.ts";
import { type LazyService, openShelf } from "./service-shelf.ts";
import type { BoundService, Call, ServiceOptions } from "./service.ts";
import { type AccountOf, accountFromDigits, readSignature, refuseExpired } from "./sigv4.ts";
import { validate } from "./validate.ts";

export interface AwsDoorOptions {
  readonly services: readonly (BoundService | LazyService)[];
  /** Of requests that name no region. */
  readonly region: string;
  /** Of requests whose credentials name no account: 12 digits. */
  readonly account: string;
  /** Asked before the default account; `accountFromDigits` when absent. */
  readonly accountOf?: AccountOf;
  readonly clock: Pick<Clock, "now">;
  readonly models: ModelSource;
  /** Names this server answers to besides AWS's own; a bucket may stand in front. Default `localhost`. */
  readonly domains?: readonly string[];
  /** Hears of everything that was answered with 500 or 503 for our own reasons. */
  readonly onFailure: (failure: Failure) => void;
}

export interface ModelSource {
  readonly index: readonly ModelSummary[];
  /** Called once per service, at its first request. */
  readonly load: (id: string) => Model;
}

/** For the operator; nothing of it reaches the caller but the request id. */
export interface Failure {
  readonly error: unknown;
  readonly kind: "bug" | "outage";
  readonly requestId: string;
  readonly service: string | undefined;
  readonly operation: string | undefined;
}

interface Parts extends Backstage {
  readonly options: AwsDoorOptions;
  readonly router: Router;
  readonly accountOf: AccountOf;
}

export interface AwsDoor extends Door {
  /** What the server itself may call. */
  readonly backstage: Backstage;
}

/** Serves every request it is given: what no door before it claims is an AWS request, and S3's when nothing says otherwise. */
export function createAwsDoor(options: AwsDoorOptions): AwsDoor {
  const router = createRouter({ index: options.models.index, loadModel: options.models.load, domains: options.domains ?? ["localhost"] });
  const parts: Parts = {
    options,
    router,
    validate,
    region: options.region,
    model: (id) => router.model(id),
    services: openShelf(options.services),
    accountOf: options.accountOf ?? accountFromDigits,
  };
  return { name: "aws", backstage: parts, claims: () => true, handle: (request) => answer(request, parts) };
}

/** What is known about a request so far; each step adds its part. */
interface Errand extends Inquiry {
  readonly framing: Framing;
  signature: Inquiry["signature"];
  operation: string | undefined;
  /** What the handler, once there is one, wants on the answer: its headers stand on a fault's answer too. */
  reply: Call["reply"] | undefined;
  /** Opened at the first use, by then with the service's rules. */
  body: () => OpenBody;
  checksS3: boolean;
}

async function answer(request: HttpRequest, parts: Parts): Promise<HttpReply> {
  const errand = openErrand(request, parts);
  try {
    const account = identifyCaller(errand, parts);
    // Most steps answer at once; where one does, waiting for it would only cost time.
    const found = parts.router.service(errand);
    const route = found instanceof Promise ? await found : found;
    const { id } = route.summary;
    const onShelf = parts.services(id);
    const service = onShelf instanceof Promise ? await onShelf : onShelf;
    const model = parts.model(id);
    enterService(errand, route, model, service);
    refuseExpiredUrl(errand, route, parts);
    const named = parts.router.operation(errand, route);
    const { operation, labels } = named instanceof Promise ? await named : named;
    errand.operation = operation;
    const handler = requireHandler(service, id, operation);
    const body = errand.body();
    const content = wantsStream(model, operation) ? body.stream() : await body.collect();
    const decoded = protocols[route.protocol].decode(model, operation, { operation, labels, query: errand.query.pairs, headers: body.headers, body: content });
    const input = route.protocol === "awsQuery" ? addressed(decoded, request, model, operation, handler.options) : decoded;
    validate(model, operation, input, handler.options);
    const facts = content instanceof Uint8Array ? { contentLength: body.facts.contentLength, trailers: body.facts.trailers, bytes: content } : body.facts;
    const call = makeCall({ request, query: errand.query.pairs, signature: errand.signature, account, requestId: errand.framing.context.requestId, service: route, operation, body: facts }, parts);
    errand.reply = call.reply;
    const output = await handler.run(operation, input, call);
    return outputReply(errand.framing, model, operation, output, call.reply);
  } catch (error) {
    return turnAway(error, errand, parts);
  }
}

function openErrand(request: HttpRequest, { router }: Parts): Errand {
  const protocol = router.guess(request, undefined);
  let opened: OpenBody | undefined;
  const errand: Errand = {
    request,
    query: parseQuery(request.rawQuery),
    framing: { protocol, model: undefined, errorMembers: undefined, context: newContext(protocol === "restXml", request.headers) },
    signature: undefined,
    operation: undefined,
    reply: undefined,
    checksS3: false,
    body: () => (opened ??= openBody(request, errand.checksS3)),
    readForm: () => errand.body().collect(),
  };
  return errand;
}

/** Returns the caller's account. */
function identifyCaller(errand: Errand, { accountOf, options, router }: Parts): string {
  const signature = readSignature(errand.request.headers, errand.query.pairs);
  errand.signature = signature;
  errand.framing.protocol = router.guess(errand.request, signature);
  return (signature && accountOf(signature.accessKeyId)) ?? options.account;
}

/** From here on answers are framed as the service's. */
function enterService(errand: Errand, { summary, protocol }: ServiceRoute, model: Model, service: BoundService | undefined): void {
  const { framing } = errand;
  errand.checksS3 = summary.id === "s3";
  if (errand.checksS3 !== (framing.protocol === "restXml")) framing.context = newContext(errand.checksS3, errand.request.headers);
  framing.protocol = protocol;
  framing.model = model;
  framing.errorMembers = service?.options.errorMembers;
}

function refuseExpiredUrl({ signature }: Errand, { summary }: ServiceRoute, { options }: Parts): void {
  // Elsewhere a presigned URL is a signature like any other, whose age belongs to its verification.
  if (signature?.presigned && summary.id === "s3") refuseExpired(signature.presigned, options.clock.now());
}

/** The input, with the request's own address as the member that stands for it, where the client left it out. */
function addressed(input: unknown, { endpoint, rawPath }: HttpRequest, { operations, shapes }: Model, operation: string, { addressMember }: ServiceOptions): unknown {
  const name = operations[operation]?.input;
  if (addressMember === undefined || name === undefined || rawPath === "/") return input;
  const takes = Object.hasOwn((shapes[name] as StructureShape).members, addressMember);
  return takes ? { [addressMember]: endpoint + rawPath, ...(input as object) } : input;
}

/** The input's payload is a blob of any size that the handler reads itself. */
function wantsStream({ operations, shapes }: Model, operation: string): boolean {
  const name = operations[operation]?.input;
  const input = name === undefined ? undefined : (shapes[name] as StructureShape | undefined);
  const member = input?.payload === undefined ? undefined : input.members[input.payload];
  const payload = member && shapes[member.shape];
  return payload?.type === "blob" && payload.streaming === true;
}

function turnAway(error: unknown, { request, framing, operation, reply }: Errand, { options }: Parts): HttpReply {
  const isS3 = framing.model ? framing.model.id === "s3" : framing.protocol === "restXml";
  // A handler that stops because nobody waits any more has not failed.
  const left = request.signal.aborted && (error === request.signal.reason || (error instanceof Error && error.name === "AbortError"));
  if (!(error instanceof Fault) && !left) {
    const kind = error instanceof Outage ? "outage" : "bug";
    options.onFailure({ error, kind, requestId: framing.context.requestId, service: framing.model?.id, operation });
  }
  const framed = errorReply(framing, wireError(error, framing.protocol, isS3));
  return reply && error instanceof Fault ? { ...framed, headers: { ...framed.headers, ...reply.headers } } : framed;
}
