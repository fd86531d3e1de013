// One request of the distribution protocol, as the acts that answer it see it.
import type { Entry } from "../../../ports/store.ts";
import type { HttpReply, HttpRequest } from "../../../wire/door.ts";
import type { EcrDeps } from "../op.ts";
import type { RepositoryRecord, Scope } from "../records.ts";

/** What an act of the protocol gets to see. */
export interface Errand {
  readonly request: HttpRequest;
  readonly query: ReadonlyMap<string, string>;
  readonly registry: EcrDeps;
  /** Whose registry this address is. */
  readonly scope: Scope;
  /** The repository's part of the address, with an account and region before it where they were written. */
  readonly path: string;
  /** Faults when it is not there; a push to our own address makes it. */
  readonly repository: (forPush?: boolean) => Promise<Entry<RepositoryRecord>>;
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: Buffer.from(JSON.stringify(body)) };
}
