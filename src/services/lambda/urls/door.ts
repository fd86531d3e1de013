// The door of function URLs: an HTTP request becomes an event, and what the function says becomes the response.
import { Readable } from "node:stream";
import type { FunctionRef, InvokeOptions, UrlTarget } from "../../../functions/function.ts";
import type { Heart } from "../../../functions/heart.ts";
import { ResponseBroken } from "../../../functions/invocations/response-body.ts";
import { newTrace } from "../../../functions/invocations/trace.ts";
import { functionArn } from "../../../kernel/arn.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { Fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { eventV2, type HttpFacts } from "../../../triggers/http/event-v2.ts";
import { answerV2, headV2 } from "../../../triggers/http/reply-v2.ts";
import type { Door, HttpReply, HttpRequest } from "../../../wire/door.ts";
import { addressOf, isUrlRequest } from "./address.ts";
import { allowsAnybody, authorize, type UrlGuard } from "./authorize.ts";
import { isPreflight, preflightHeaders, withCors } from "./cors.ts";
import { PRELUDE_TYPE, readPrelude, type Begun } from "./prelude.ts";

export interface UrlDoorDeps extends Omit<UrlGuard, "allowsAnybody"> {
  readonly heart: Pick<Heart, "registry" | "invoke" | "invokeStream" | "quotas">;
  readonly clock: Pick<Clock, "now">;
}

export function urlDoor({ heart, clock, sessions, accountOf }: UrlDoorDeps): Door {
  const deps: Deps = {
    heart, clock, placeOf: perTarget((target) => ({ ref: refOf(target), arn: arnOf(target) })), guard: { sessions, accountOf, allowsAnybody: perTarget(allowsAnybody) },
  };
  return {
    name: "function-url",
    claims: isUrlRequest,
    handle: async (request) => {
      const requestId = uuid();
      const { id, rawPath } = addressOf(request);
      const target = await heart.registry.byUrl(id);
      const cors = target?.url.cors;
      if (cors && isPreflight(request.method, request.headers)) return { status: 200, headers: { "x-amzn-requestid": requestId, ...preflightHeaders(cors, request.headers) } };
      const reply = target ? await serve(request, { target, requestId, rawPath }, deps) : denied(null);
      return { ...reply, headers: { "x-amzn-requestid": requestId, ...withCors(cors, request.headers, reply.headers) } };
    },
  };
}

interface Deps extends Pick<UrlDoorDeps, "heart" | "clock"> {
  readonly guard: UrlGuard;
  readonly placeOf: (target: UrlTarget) => { readonly ref: FunctionRef; readonly arn: string };
}

/** What follows from a target alone is found out once: the registry gives the same one until the function changes. */
function perTarget<T>(of: (target: UrlTarget) => T): (target: UrlTarget) => T {
  const known = new WeakMap<UrlTarget, { readonly value: T }>();
  return (target) => {
    const found = known.get(target) ?? { value: of(target) };
    known.set(target, found);
    return found.value;
  };
}

interface Errand {
  readonly target: UrlTarget;
  readonly requestId: string;
  /** As the function sees it. */
  readonly rawPath: string;
}

async function serve(request: HttpRequest, errand: Errand, deps: Deps): Promise<HttpReply> {
  const { target, requestId } = errand;
  const { invokeMode } = target.url;
  const permission = await authorize(request, target, deps.guard);
  if (permission.kind === "denied") return denied(permission.message);
  try {
    const bytesMax = deps.heart.quotas.syncRequestBytesMax;
    const body = await bodyOf(request, bytesMax);
    const timeMs = deps.clock.now();
    const traceId = request.headers["x-amzn-trace-id"] ?? newTrace(timeMs);
    const { accountId, authorizer } = permission;
    const event = body && Buffer.from(JSON.stringify(eventV2(factsOf(request, errand), body, { accountId, authorizer, apiId: target.url.id, requestId, traceId, timeMs })));
    if (!event || event.length > bytesMax) return tooLarge(bytesMax);
    const { ref, arn } = deps.placeOf(target);
    const options: InvokeOptions = { requestId, payload: event, invokedArn: arn, traceId, signal: () => request.signal };
    const reply = await (invokeMode === "RESPONSE_STREAM" ? streamed(ref, options, request.method, deps) : buffered(ref, options, deps));
    return { ...reply, headers: { "x-amzn-trace-id": traceId, ...reply.headers } };
  } catch (error) {
    // Who has left reads no answer.
    if (request.signal.aborted && error === request.signal.reason) return badGateway();
    if (error instanceof Fault) return refused(error);
    throw error;
  }
}

async function buffered(ref: FunctionRef, options: InvokeOptions, { heart }: Deps): Promise<HttpReply> {
  const { payload, functionError } = await heart.invoke(ref, { ...options, answerFirst: true });
  return (functionError ? undefined : answerV2(payload)) ?? badGateway();
}

async function streamed(ref: FunctionRef, options: InvokeOptions, method: string, { heart }: Deps): Promise<HttpReply> {
  const { stream, result } = await heart.invokeStream(ref, options);
  if (!stream) {
    const { payload, functionError } = await result;
    return functionError ? badGateway() : { status: 200, headers: { "content-type": "application/json" }, body: payload };
  }
  try {
    const begun = stream.contentType === PRELUDE_TYPE ? await readPrelude(stream.body) : plainBeginning(stream.contentType, stream.body);
    if (begun && method !== "HEAD") return { ...begun.head, body: readable(begun.body), headAtOnce: true };
    // Nobody will read the body: the function must not wait for it.
    await stream.body[Symbol.asyncIterator]().return?.();
    // A stream of nothing, as its length is not known.
    return begun ? { ...begun.head, body: Readable.from([]) } : badGateway();
  } catch (error) {
    if (error instanceof ResponseBroken) return badGateway();
    throw error;
  }
}

function plainBeginning(contentType: string, body: AsyncIterable<Uint8Array>): Begun | undefined {
  const head = headV2({ headers: { "content-type": contentType } }, contentType);
  return head && { head, body };
}

/**
 * A response that breaks off cuts the connection, once what came before is on its way: the only way left to say that it is not whole.
 * That is the function's failure, told in its log; to the listener it looks as if the other side had gone.
 */
const readable = (chunks: AsyncIterable<Uint8Array>): Readable => Readable.from(untilBroken(chunks));

async function* untilBroken(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (error) {
    if (!(error instanceof ResponseBroken)) throw error;
    await new Promise<void>((resolve) => setImmediate(resolve));
    throw Object.assign(new Error("the response broke off", { cause: error }), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  }
}

/** The whole body; undefined when it is larger than any event may be. */
function bodyOf(request: HttpRequest, bytesMax: number): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  const announced = request.headers["content-length"];
  const bytes = Number(announced ?? 0);
  if (bytes > bytesMax) return undefined;
  // Most requests have no body, or a short one: reading a longer one costs a stream.
  if (announced === undefined && request.headers["transfer-encoding"] === undefined && (request.method === "GET" || request.method === "HEAD")) return NOTHING;
  return (bytes > 0 ? request.shortBody(bytes) : undefined) ?? collect(request, bytesMax);
}

const NOTHING = Buffer.alloc(0);

async function collect(request: HttpRequest, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += (chunk as Buffer).length;
    if (size > bytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}

const factsOf = ({ method, rawQuery, rawHeaders, host, secure, sourceIp }: HttpRequest, { rawPath }: Errand): HttpFacts => ({ method, rawPath, rawQuery, rawHeaders, host, secure, sourceIp });

const refOf = ({ record: { account, region, name }, qualifier }: UrlTarget): FunctionRef => ({ account, region, name, ...(qualifier === "$LATEST" ? {} : { qualifier }) });

const arnOf = ({ record, qualifier }: UrlTarget): string => functionArn(record, qualifier === "$LATEST" ? undefined : qualifier);

const json = (status: number, errorType: string, body: unknown): HttpReply => ({ status, headers: { "content-type": "application/json", "x-amzn-errortype": errorType }, body: Buffer.from(JSON.stringify(body)) });

const denied = (message: string | null): HttpReply => json(403, "AccessDeniedException", { Message: message });

const tooLarge = (bytesMax: number): HttpReply => json(413, "RequestEntityTooLargeException", { Message: `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation` });

/** What went wrong inside is in the function's log, not in the stranger's answer. */
const badGateway = (): HttpReply => ({ status: 502, headers: { "content-type": "text/plain" }, body: Buffer.from("Internal Server Error") });

function refused(fault: Fault): HttpReply {
  if (fault.code === "TooManyRequestsException") return json(429, fault.code, { ...fault.members, message: fault.message });
  if (fault.code === "ResourceNotFoundException") return denied(null);
  if (fault.code === "IncompleteBody" || fault.code === "RequestTimeout") return json(400, fault.code, { Message: fault.message });
  return badGateway();
}
