// The HTTP side of the Extensions API, with the original's refusals word for word, and of the two APIs by which an extension subscribes to telemetry.
import type { IncomingMessage, ServerResponse } from "node:http";
import { uuid } from "../../kernel/ids.ts";
import type { Version } from "../function.ts";
import { readBody } from "../runners/runtime-api-body.ts";
import { refuse, sendJson, type Route } from "../runners/sandbox-api.ts";
import type { Subscriptions } from "../telemetry/subscriptions.ts";
import type { Api } from "../telemetry/subscription.ts";
import { EXTENSIONS_MAX, type Crew, type EventType, type Extension } from "./crew.ts";

/** Ours: a registration or subscription is a few hundred bytes. */
const BODY_BYTES_MAX = 64 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SUBSCRIBING: Readonly<Record<string, Api>> = { "/2022-07-01/telemetry": "telemetry", "/2020-08-15/logs": "logs" };

/** Of one run: its crew and its subscriptions. */
export function extensionRoute(crew: Crew, subscriptions: Subscriptions, version: Version): Route {
  return (method, path, request, response) => {
    const api = method === "PUT" ? SUBSCRIBING[path.endsWith("/") ? path.slice(0, -1) : path] : undefined;
    if (api) return subscribe(api, request, response);
    switch (`${method} ${path}`) {
      case "POST /2020-01-01/extension/register":
        return register(request, response);
      case "GET /2020-01-01/extension/event/next":
        return next(request, response);
      case "POST /2020-01-01/extension/init/error":
        return report("initError", request, response);
      case "POST /2020-01-01/extension/exit/error":
        return report("exitError", request, response);
      default:
        return undefined;
    }
  };

  async function register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const name = header(request, "lambda-extension-name");
    if (!name) return refuse(response, 403, "Extension.InvalidExtensionName", "Empty extension name");
    const asked = readRegistration(body);
    if (typeof asked === "string") return refuse(response, 403, "InvalidRequestFormat", asked);
    const external = crew.members.some((member) => member.name === name && member.external);
    for (const event of asked) {
      if (event !== "INVOKE" && event !== "SHUTDOWN") return refuse(response, 403, "Extension.InvalidEventType", `${String(event)}: ErrorInvalidEventType`);
      if (event === "SHUTDOWN" && !external) return refuse(response, 403, "Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");
    }
    const result = crew.register(name, asked as readonly EventType[]);
    if ("state" in result) return refuse(response, 403, "Extension.InvalidExtensionState", result.state);
    if ("refusal" in result) return refuse(response, 403, ...registrationRefusals[result.refusal]);
    const features = header(request, "lambda-extension-accept-feature").split(",").map((feature) => feature.trim());
    const { settings } = version;
    const facts = { functionName: version.name, functionVersion: version.version, handler: settings.handler, ...(features.includes("accountId") ? { accountId: version.account } : {}) };
    sendJson(response, 200, facts, { "Lambda-Extension-Identifier": result.extension.id });
  }

  async function next(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const extension = identified(request, response);
    if (!extension) return;
    const waiting = crew.next(extension.id, (event) => sendJson(response, 200, event, { "Lambda-Extension-Event-Identifier": uuid() }));
    if ("refusal" in waiting) return refuse(response, 403, "Extension.InvalidExtensionState", waiting.refusal);
    response.on("close", waiting.leave);
  }

  async function report(call: "initError" | "exitError", request: IncomingMessage, response: ServerResponse): Promise<void> {
    await textOf(request);
    const extension = identified(request, response);
    if (!extension) return;
    const errorType = header(request, "lambda-extension-function-error-type");
    if (!errorType) return refuse(response, 403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found");
    const refusal = crew.report(extension.id, call, errorType);
    if (refusal !== undefined) return refuse(response, 403, "Extension.InvalidExtensionState", refusal);
    sendJson(response, 202, { status: "OK" });
  }

  async function subscribe(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const extension = identified(request, response);
    if (!extension) return;
    const answer = subscriptions.subscribe(extension.name, api, body);
    sendJson(response, answer.status, answer.body);
  }

  /** The extension that calls, or undefined when it has been refused. */
  function identified(request: IncomingMessage, response: ServerResponse): Extension | undefined {
    const id = header(request, "lambda-extension-identifier");
    const extension = crew.find(id.toLowerCase());
    if (extension) return extension;
    if (id === "") refuse(response, 403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
    else if (!UUID.test(id)) refuse(response, 403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
    else refuse(response, 403, "Extension.UnknownExtensionIdentifier", `Unknown extension ${id}`);
    return undefined;
  }
}

const registrationRefusals: Readonly<Record<"closed" | "taken" | "full", readonly [string, string]>> = {
  closed: ["Extension.RegistrationClosed", "Extension registration closed already"],
  taken: ["Extension.InvalidExtensionState", "Extension with this name already registered"],
  full: ["Extension.TooManyExtensions", `Extension limit (${EXTENSIONS_MAX}) reached`],
};

/** The events asked for, or what is wrong with the body. */
function readRegistration(body: string): readonly unknown[] | string {
  try {
    const asked = JSON.parse(body) as { readonly events?: unknown; readonly configurationKeys?: readonly unknown[] } | null;
    if (asked?.configurationKeys?.length) return "configurationKeys are deprecated; use environment variables instead";
    const events = asked?.events ?? [];
    return Array.isArray(events) ? (events as readonly unknown[]) : "events should be a list";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? "");

async function textOf(request: IncomingMessage): Promise<string> {
  const body = await readBody(request, BODY_BYTES_MAX, () => {});
  return body.kind === "whole" ? body.bytes.toString("utf8") : "";
}
