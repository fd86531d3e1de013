// What browsers on other sites may do with a function URL: the platform answers their preflights itself and speaks for the function.
import type { Cors } from "@aws-sdk/client-lambda";
import type { UrlCors } from "../../../functions/function.ts";

type Headers = Readonly<Record<string, string>>;

export const corsOf = (asked: Cors | undefined): UrlCors | undefined =>
  asked && {
    ...(asked.AllowCredentials === undefined ? {} : { credentials: asked.AllowCredentials }),
    ...(asked.AllowHeaders === undefined ? {} : { headers: asked.AllowHeaders }),
    ...(asked.AllowMethods === undefined ? {} : { methods: asked.AllowMethods }),
    ...(asked.AllowOrigins === undefined ? {} : { origins: asked.AllowOrigins }),
    ...(asked.ExposeHeaders === undefined ? {} : { exposed: asked.ExposeHeaders }),
    ...(asked.MaxAge === undefined ? {} : { maxAgeSeconds: asked.MaxAge }),
  };

export const corsView = (cors: UrlCors): Cors => ({
  ...(cors.credentials === undefined ? {} : { AllowCredentials: cors.credentials }),
  ...(cors.headers === undefined ? {} : { AllowHeaders: [...cors.headers] }),
  ...(cors.methods === undefined ? {} : { AllowMethods: [...cors.methods] }),
  ...(cors.origins === undefined ? {} : { AllowOrigins: [...cors.origins] }),
  ...(cors.exposed === undefined ? {} : { ExposeHeaders: [...cors.exposed] }),
  ...(cors.maxAgeSeconds === undefined ? {} : { MaxAge: cors.maxAgeSeconds }),
});

/** A browser that asks before it does. */
export const isPreflight = (method: string, headers: Headers): boolean => method === "OPTIONS" && headers["origin"] !== undefined && headers["access-control-request-method"] !== undefined;

/** Headers of the answer to a preflight; without permission it says nothing, and the browser goes no further. */
export function preflightHeaders(cors: UrlCors, headers: Headers): Headers {
  const method = headers["access-control-request-method"] ?? "";
  const origin = allowedOrigin(cors, headers["origin"]);
  const methods = cors.methods ?? [];
  if (origin === undefined || !(methods.includes("*") || methods.includes(method))) return { vary: "Origin" };
  // A star counts for nothing in requests with credentials: what was asked for always counts.
  const asked = headers["access-control-request-headers"];
  const named = cors.headers?.includes("*") ? (asked ?? "*") : cors.headers?.join(",");
  return {
    ...originHeaders(cors, origin),
    "access-control-allow-methods": methods.includes("*") ? method : methods.join(","),
    ...(named === undefined || named === "" ? {} : { "access-control-allow-headers": named }),
    ...(cors.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(cors.maxAgeSeconds) }),
  };
}

/** The function's headers with the platform's word on origins instead of its own. */
export function withCors<T>(cors: UrlCors | undefined, requestHeaders: Headers, answered: Readonly<Record<string, T>>): Readonly<Record<string, T | string>> {
  if (!cors || requestHeaders["origin"] === undefined) return answered;
  const own = Object.entries(answered).filter(([name]) => !name.startsWith("access-control-"));
  const vary = answered["vary"] === undefined ? "Origin" : `${String(answered["vary"])}, Origin`;
  const origin = allowedOrigin(cors, requestHeaders["origin"]);
  const exposed = cors.exposed?.join(",");
  return {
    ...Object.fromEntries(own),
    ...(origin === undefined ? {} : originHeaders(cors, origin)),
    vary,
    ...(origin === undefined || !exposed ? {} : { "access-control-expose-headers": exposed }),
  };
}

function allowedOrigin({ origins = [], credentials }: UrlCors, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (origins.includes("*")) return credentials ? origin : "*";
  return origins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase()) ? origin : undefined;
}

const originHeaders = (cors: UrlCors, origin: string): Headers => ({
  "access-control-allow-origin": origin,
  ...(cors.credentials ? { "access-control-allow-credentials": "true" } : {}),
  vary: "Origin",
});
