// Drives the codecs with the official SDK's own serializers: what a client writes we read, what we write it reads.
import { Readable } from "node:stream";
import { HttpResponse } from "@smithy/core/transport";
import type { Fault } from "../../kernel/fault.ts";
import type { Model, ProtocolName } from "../model.ts";
import { loadModel } from "../models/load-model.ts";
import type { ReplyContext, WireReply, WireRequest } from "../protocol.ts";
import { protocols } from "./index.ts";

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface AnyClient {
  send(command: never): Promise<unknown>;
}

export interface Exchange {
  /** What our side made of the request. */
  readonly input: unknown;
  readonly request: WireRequest;
  /** What the SDK made of our reply; undefined when it threw. */
  readonly output: unknown;
  readonly error: (Error & Record<string, unknown>) | undefined;
}

export const context: ReplyContext = { requestId: "11111111-2222-3333-4444-555555555555", hostId: "hostId=", headers: {} };

const cache = new Map<string, Model>();

export const model = (id: string): Model => loadModel(id, cache);

/** Settings every client under test needs besides its request handler. */
export const settings = { region: "us-east-1", credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" }, endpoint: "http://127.0.0.1:4566", maxAttempts: 1 };

/**
 * Sends one command through a real client: our codec decodes what it wrote, and answers `reply` (an output, or a Fault).
 * `makeClient` gets the request handler to use.
 */
export async function exchange(service: string, protocol: ProtocolName, makeClient: (requestHandler: object) => AnyClient, command: { readonly constructor: { readonly name: string } }, reply: unknown): Promise<Exchange> {
  const operation = command.constructor.name.replace(/Command$/, "");
  const codec = protocols[protocol];
  let seen: { input: unknown; request: WireRequest } | undefined;
  const handle = async (sent: SentRequest): Promise<{ response: HttpResponse }> => {
    const request = await toWire(model(service), operation, sent);
    seen = { request, input: codec.decode(model(service), operation, request) };
    const answer = isFault(reply)
      ? codec.encodeError(model(service), { code: reply.code, message: reply.message, status: reply.status, members: reply.members }, { ...context, headers: request.headers })
      : codec.encode(model(service), operation, reply, context);
    return { response: toSdk(answer) };
  };
  const client = makeClient({ handle, metadata: { handlerProtocol: "http/1.1" } });
  const outcome = await client.send(command as never).then((output) => ({ output, error: undefined }), (error: unknown) => ({ output: undefined, error: error as Exchange["error"] }));
  if (!seen) throw outcome.error ?? new Error("the client sent nothing");
  return { ...seen, ...outcome };
}

function isFault(reply: unknown): reply is Fault {
  return reply instanceof Error;
}

async function toWire(from: Model, operation: string, sent: SentRequest): Promise<WireRequest> {
  const body = await collect(sent.body);
  const query = Object.entries(sent.query ?? {}).flatMap(([key, value]) => [value].flat().map((item) => [key, item ?? ""] as const));
  const headers = Object.fromEntries(Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { operation, labels: from.protocols[0]?.startsWith("rest") ? labelsOf(from.operations[operation]?.uri ?? "", sent.path) : {}, query, headers, body };
}

async function collect(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  return Buffer.concat(await Readable.from(body as AsyncIterable<Uint8Array>).toArray());
}

function labelsOf(uri: string, path: string): Readonly<Record<string, string>> {
  const names: string[] = [];
  const pattern = (uri.split("?")[0] ?? "").replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, greedy: string) => {
    names.push(name);
    return greedy ? "(.+)" : "([^/]+)";
  });
  const match = new RegExp(`^${pattern}/?$`).exec(path);
  if (!match) throw new Error(`${path} does not match ${uri}`);
  return Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]));
}

function toSdk(reply: WireReply): HttpResponse {
  const { body: given = "" } = reply;
  const body = typeof given === "string" || given instanceof Uint8Array ? Readable.from([Buffer.from(given as string)]) : given;
  return new HttpResponse({ statusCode: reply.status, headers: { ...reply.headers }, body });
}
