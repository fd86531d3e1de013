// Where a list goes on: opaque to clients.

export const writeToken = (place: string): string => Buffer.from(place).toString("base64url");

/** Undefined for what `writeToken` has not written. */
export function readToken(token: string): string | undefined {
  const place = Buffer.from(token, "base64url").toString();
  return writeToken(place) === token ? place : undefined;
}
