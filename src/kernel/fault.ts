// Failures come in three kinds; telling them apart at the throw keeps every door's error answers honest.

/**
 * A failure the caller caused and can act on. It carries the wire code of the original service;
 * the door frames it in the protocol of the request.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: string;
  /** HTTP status; when absent the door takes it from the service's model, else 400. */
  readonly status: number | undefined;
  /** Further members of the error's shape, by wire name (for example `Type`, `Reason`, `BucketName`). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status: number | undefined, members: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

export interface FaultDetails {
  /** For the caller: says what is wrong and what to do. Never contains payloads or secrets. */
  readonly message: string;
  readonly status?: number;
  readonly [member: string]: unknown;
}

/** Makes an expected failure: `throw fault("ResourceNotFoundException", { message, Type: "User" })`. */
export function fault(code: string, details: FaultDetails): Fault {
  const { message, status, ...members } = details;
  return new Fault(code, message, status, members);
}

/** A port that failed: disk full, database gone, sandbox could not start. Not the caller's doing. */
export class Outage extends Error {
  override readonly name = "Outage";
  /** The port and method, for example `queue.lease`. */
  readonly where: string;
  readonly retryable: boolean;

  constructor(where: string, cause: unknown, retryable: boolean) {
    super(`${where} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.where = where;
    this.retryable = retryable;
  }
}

export function outage(where: string, options: { readonly cause: unknown; readonly retryable: boolean }): Outage {
  return new Outage(where, options.cause, options.retryable);
}

/** Asserts what only a bug can break; the message is for the operator. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
