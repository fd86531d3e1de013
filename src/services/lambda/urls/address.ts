// Where a function URL is: below a path that every client reaches, and at host names like the original's.
import { randomBytes } from "node:crypto";
import type { HttpRequest } from "../../../wire/door.ts";

export interface UrlAddress {
  readonly id: string;
  /** The path the function sees. */
  readonly rawPath: string;
}

const PATH = "/_fugaz/urls/";
/** `{id}.lambda-url.{region}.on.aws`, and the same before any other name that leads here. */
const HOST = /^([a-z0-9]+)\.lambda-url\.[a-z0-9-]+\./i;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

export const isUrlRequest = ({ rawPath, host }: Pick<HttpRequest, "rawPath" | "host">): boolean => rawPath.startsWith(PATH) || (host.includes(".lambda-url.") && HOST.test(host));

export function addressOf({ rawPath, host }: Pick<HttpRequest, "rawPath" | "host">): UrlAddress {
  if (!rawPath.startsWith(PATH)) return { id: (HOST.exec(host)?.[1] ?? "").toLowerCase(), rawPath };
  const slash = rawPath.indexOf("/", PATH.length);
  return slash === -1 ? { id: rawPath.slice(PATH.length), rawPath: "/" } : { id: rawPath.slice(PATH.length, slash), rawPath: rawPath.slice(slash) };
}

/** The form that always works: no name to resolve. */
export const urlText = (id: string, endpoint: string): string => `${endpoint}${PATH}${id}/`;

export const newUrlId = (): string => Array.from(randomBytes(32), (byte) => LETTERS[byte & 31]).join("");
