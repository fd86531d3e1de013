// Tokens that lead to the next page; like the original's they hold for five minutes.
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { invalidArgument } from "./faults.ts";

/** A token that carries `content`, which must be JSON. */
export const encodeToken = (content: unknown, nowMs: number): string => Buffer.from(JSON.stringify([nowMs, content])).toString("base64url");

/** What a token carries; `check` throws or answers false for what this operation never gave out. */
export function decodeToken<T>(token: string, nowMs: number, check: (content: unknown) => content is T): T {
  const [atMs, content] = read(token);
  if (typeof atMs !== "number" || !check(content)) throw invalidArgument("The NextToken is not valid.");
  if (nowMs - atMs > limits.kinesis.iteratorMs) throw fault("ExpiredNextTokenException", { message: `The NextToken expired. It was created more than ${limits.kinesis.iteratorMs} milliseconds ago.` });
  return content;
}

function read(token: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
