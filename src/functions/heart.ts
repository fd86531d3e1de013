// The heart as the other rooms see it: create functions, invoke them, hand events over durably.
import type { Readable } from "node:stream";
import type { Write } from "../ports/store.ts";
import type { CodePackage, FunctionRecord, FunctionRef, FunctionSettings, InvokeOptions, InvokeResult, ResourcePolicy, Scope, StreamedInvocation, UrlTarget, Version } from "./function.ts";

export interface Registry {
  /** Fault ResourceConflictException when the name is taken. */
  create(scope: Scope, name: string, code: CodePackage, settings: FunctionSettings, tags: Readonly<Record<string, string>>): Promise<FunctionRecord>;
  find(ref: FunctionRef): Promise<FunctionRecord | undefined>;
  /** Sorted by name, after `afterName` (exclusive). */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<readonly FunctionRecord[]>;
  /** Replaces code and/or settings of `$LATEST`; a new Version id each time. `expectedRevision` mismatch: Fault PreconditionFailedException. Undefined when there is no such function. */
  update(ref: FunctionRef, change: { readonly code?: CodePackage; readonly settings?: Partial<FunctionSettings>; readonly expectedRevision?: string }): Promise<FunctionRecord | undefined>;
  /** Replaces one resource policy; undefined removes it. Undefined result when there is no such function; conflict with a concurrent change is retried by calling `decide` again. */
  changePolicy(ref: FunctionRef, decide: (current: ResourcePolicy | undefined) => ResourcePolicy | undefined): Promise<FunctionRecord | undefined>;
  /** Replaces the tags, which are no part of the version: its revision stays. Undefined when there is no such function; a conflict calls `decide` again. */
  changeTags(ref: FunctionRef, decide: (current: FunctionRecord["tags"]) => FunctionRecord["tags"]): Promise<FunctionRecord | undefined>;
  /** Replaces the HTTP addresses. Undefined when there is no such function; a conflict calls `decide` again. */
  changeUrls(ref: FunctionRef, decide: (current: FunctionUrls) => FunctionUrls): Promise<FunctionRecord | undefined>;
  /** Whose address this id is; from memory when it was asked before. */
  byUrl(id: string): Promise<UrlTarget | undefined>;
  /** False when there was none. Kills its instances and drops its queued events. */
  remove(ref: FunctionRef): Promise<boolean>;
}

type FunctionUrls = NonNullable<FunctionRecord["urls"]>;

export interface Packages {
  /**
   * Takes a zip, checks and unpacks it (read-only) before anything refers to it. The caller creates or updates a function with the very value
   * that this resolves to: until a function holds it, a small archive lives in that value only.
   * Faults as AWS words them: "Could not unzip uploaded file. Please check your file, then try to upload again.",
   * "Uploaded file must be a non-empty zip", "Unzipped size must be smaller than 262144000 bytes", 413 RequestEntityTooLargeException "Zipped size must be smaller than 52428800 bytes" (inline only).
   */
  add(zip: Uint8Array | Readable, options?: { readonly zippedBytesMax?: number }): Promise<CodePackage>;
  /** The archive as uploaded. */
  archive(code: CodePackage): Promise<Readable>;
}

/** Who asks to invoke: a service principal acting for a resource. */
export interface Invoker {
  /** `s3.amazonaws.com` */
  readonly service: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

export interface Heart extends AsyncDisposable {
  readonly registry: Registry;
  readonly packages: Packages;
  /** The immutable version a ref points to now; Fault ResourceNotFoundException "Function not found: <arn>" otherwise. */
  versionOf(ref: FunctionRef): Promise<Version>;
  /**
   * Runs one event now. Errors of the function are results, not faults. Faults: ResourceNotFoundException, TooManyRequestsException,
   * InvalidRuntimeException (502) when this machine can not run the runtime, ServiceException (500) while shutting down. Rejects with the signal's reason
   * when it aborts before the event has an instance; an event that runs is not stopped by it.
   */
  invoke(ref: FunctionRef, options: InvokeOptions): Promise<InvokeResult>;
  /**
   * Like `invoke` for a caller who can take the answer while it is written. Resolves when the function begins to stream, or has answered or
   * failed without; rejects as `invoke` does.
   */
  invokeStream(ref: FunctionRef, options: InvokeOptions): Promise<StreamedInvocation>;
  /** The write that hands an event over for asynchronous invocation: put it into the commit of whatever caused it. The function must exist (check with `versionOf`). */
  asyncInvocation(ref: FunctionRef, event: AsyncEvent): Write;
  /** May this service invoke the function, by the function's resource policy? False when there is no such function. */
  mayInvoke(ref: FunctionRef, invoker: Invoker): Promise<boolean>;
  /** Live instances and queue depths, for health, doctor and metrics. */
  status(): { readonly instances: number; readonly busy: number };
  /** Stops taking asynchronous work, waits for running invocations until the signal aborts, then kills. */
  drain(signal: AbortSignal): Promise<void>;
}

export interface AsyncEvent {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly invokedArn: string;
  readonly traceId?: string;
}
