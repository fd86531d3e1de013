// Continuation tokens: opaque to the client, to us the last name that was shown.
import { invalidArgument } from "./errors.ts";

const MARK = "1";

export const writeToken = (name: string): string => Buffer.from(`${MARK}${name}`).toString("base64url");

/** Throws InvalidArgument when we did not write it. */
export function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith(MARK) || writeToken(text.slice(MARK.length)) !== token) {
    throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
  }
  return text.slice(MARK.length);
}
