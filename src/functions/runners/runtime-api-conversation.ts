// The public HTTP contract of Lambda's custom runtimes.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Invocation, ResponseSink } from "../runner.ts";
import type { Bounds, Conversation, Listener, Reply } from "./conversation.ts";
import { platformErrorType } from "./error-type.ts";
import { errorCause, errorPayload, forwardBody, readBody } from "./runtime-api-body.ts";
import { transition, type Call, type State } from "./runtime-api-states.ts";
import { refuse, sendJson, type SandboxApi } from "./sandbox-api.ts";

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** Speaks by the sandbox's endpoint. */
export const openRuntimeApi = (listener: Listener, api: SandboxApi, bounds: Bounds): Conversation => new RuntimeApiConversation(listener, api, bounds);

class RuntimeApiConversation implements Conversation {
  readonly env = {};
  readonly #listener: Listener;
  readonly #api: SandboxApi;
  readonly #bounds: Bounds;
  #state: State = "Started";
  #current: Invocation | undefined;
  /** An event nobody has fetched yet. */
  #pending = false;
  #waiting: ServerResponse[] = [];

  constructor(listener: Listener, api: SandboxApi, bounds: Bounds) {
    this.#listener = listener;
    this.#bounds = bounds;
    this.#api = api;
    api.use((method, path, request, response) => this.#route(method, path, request, response));
    api.onTruncated((socket) => this.#truncatedRequest(socket));
  }

  attach(): void {}

  ask(invocation: Invocation): void {
    this.#current = invocation;
    this.#pending = true;
    this.#deliver();
  }

  async drained(): Promise<void> {
    await this.#api.unconnected();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #route(method: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    if (method === "GET" && path === "/2018-06-01/runtime/invocation/next") return this.#next(response);
    if (method === "GET" && path === "/2018-06-01/ping") return Promise.resolve(void response.end("pong"));
    if (method === "POST" && path === "/2018-06-01/runtime/init/error") return this.#initError(request, response);
    const [, id, answer] = INVOCATION.exec(path) ?? [];
    if (method === "POST" && id !== undefined) return this.#answered(request, response, decodeId(id), answer === "error" ? "error" : "response");
    return undefined;
  }

  async #next(response: ServerResponse): Promise<void> {
    if (!this.#move("next", response)) return;
    if (this.#state === "Running") return this.#render(response);
    this.#waiting.push(response);
    response.on("close", () => {
      this.#waiting = this.#waiting.filter((other) => other !== response);
    });
    this.#listener.opened({ kind: "ready" });
    this.#listener.waiting();
    this.#deliver();
  }

  #deliver(): void {
    if (!this.#pending || this.#state !== "Ready") return;
    const response = this.#waiting.shift();
    if (!response) return;
    this.#pending = false;
    this.#state = "Running";
    this.#render(response);
  }

  #render(response: ServerResponse): void {
    const event = this.#current;
    if (!event) return void response.destroy();
    const head: Record<string, string> = {
      "Content-Type": "application/json",
      "Content-Length": String(event.payload.length),
      "Lambda-Runtime-Aws-Request-Id": event.requestId,
      "Lambda-Runtime-Invoked-Function-Arn": event.invokedArn,
      "Lambda-Runtime-Deadline-Ms": String(event.deadlineMs),
    };
    if (event.traceId) head["Lambda-Runtime-Trace-Id"] = event.traceId;
    // Header values are latin-1 on this side: UTF-8 travels as its bytes, as it does in the original.
    if (event.clientContext) head["Lambda-Runtime-Client-Context"] = Buffer.from(event.clientContext.replace(/[\r\n]+/g, " ")).toString("latin1");
    response.writeHead(200, head).end(event.payload);
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, this.#bounds.responseBytesMax, () => {});
    if (!this.#move("initError", response)) return;
    const payload = body.kind === "whole" ? body.bytes : Buffer.from("{}");
    accept(response);
    this.#listener.opened({ kind: "error", payload, errorType: errorTypeOf(request) });
  }

  async #answered(request: IncomingMessage, response: ServerResponse, id: string, call: "response" | "error"): Promise<void> {
    const refusal = this.#refusal(id, call);
    if (refusal) {
      await readBody(request, 0, () => {});
      return refuse(response, ...refusal);
    }
    const before = this.#state;
    this.#state = call === "response" ? "InvocationResponse" : "InvocationErrorResponse";
    const mode = request.headers["lambda-runtime-function-response-mode"];
    const sink = this.#current?.sink;
    if (call === "response" && mode === "streaming" && sink) return await this.#streamed(request, response, sink);
    const body = await readBody(request, this.#bounds.responseBytesMax, (sizeBytes) => this.#replied({ kind: "too-large", sizeBytes, bytesMax: this.#bounds.responseBytesMax }));
    if (body.kind === "truncated") {
      // Nobody to answer: the program is ending, will try again, or runs into its deadline.
      if (this.#current?.requestId === id) this.#state = before;
      return;
    }
    if (call === "response" && mode !== undefined && mode !== "streaming") {
      this.#replied(failure("Runtime.InvalidResponseModeHeader", "Invalid function response mode"));
      return refuse(response, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
    }
    if (body.kind === "too-large") return refuse(response, 413, "RequestEntityTooLarge", `Exceeded maximum allowed payload size (${this.#bounds.responseBytesMax} bytes).`);
    this.#replied(call === "error" ? errorReply(request, body.bytes) : (streamError(request) ?? { kind: "answer", payload: body.bytes }));
    accept(response);
  }

  async #streamed(request: IncomingMessage, response: ServerResponse, sink: ResponseSink): Promise<void> {
    // Nobody to answer when it breaks off: the program is ending, or runs into its deadline.
    if (!(await forwardBody(request, sink))) return;
    this.#replied(streamError(request) ?? { kind: "streamed" });
    accept(response);
  }

  #refusal(id: string, call: Call): Parameters<typeof refuse> extends [unknown, ...infer Rest] ? Rest | undefined : never {
    // The id is checked first, as the original does.
    if (id !== this.#current?.requestId || this.#pending) return [400, "InvalidRequestID", "Invalid request ID"];
    const step = transition(this.#state, call);
    return step.ok ? undefined : [403, "InvalidStateTransition", step.message];
  }

  #replied(reply: Reply): void {
    this.#state = "RuntimeResponseSentState";
    this.#listener.replied(reply);
  }

  /** Makes the transition, or refuses the call. */
  #move(call: Call, response: ServerResponse): boolean {
    const step = transition(this.#state, call);
    if (step.ok) this.#state = step.to;
    else refuse(response, 403, "InvalidStateTransition", step.message);
    return step.ok;
  }

  /** Something that is not HTTP, or half of it, from a client that still listens. */
  #truncatedRequest(socket: Duplex): void {
    if (this.#state === "InvocationResponse" || this.#state === "InvocationErrorResponse") {
      this.#replied(failure("Runtime.TruncatedResponse", "HTTP request detected as truncated"));
    }
    const body = JSON.stringify({ errorMessage: "HTTP request detected as truncated", errorType: "TruncatedHTTPRequest" });
    socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  }
}

const errorTypeOf = (request: IncomingMessage): string => platformErrorType(String(request.headers["lambda-runtime-function-error-type"] ?? ""));

const errorReply = (request: IncomingMessage, bytes: Buffer): Reply => ({
  kind: "error",
  payload: errorPayload(request.headers["content-type"], bytes),
  errorType: errorTypeOf(request),
  fatal: false,
  cause: errorCause(request.headers, bytes),
});

/** A streamed response may end in an error, told by trailers. */
function streamError(request: IncomingMessage): Reply | undefined {
  const errorType = request.trailers["lambda-runtime-function-error-type"];
  if (!errorType) return undefined;
  const payload = Buffer.from(request.trailers["lambda-runtime-function-error-body"] ?? "", "base64");
  return { kind: "error", payload, errorType: platformErrorType(errorType), fatal: false };
}

function failure(errorType: string, errorMessage: string): Reply {
  return { kind: "error", payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), errorType, fatal: false };
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function accept(response: ServerResponse): void {
  sendJson(response, 202, { status: "OK" });
}
