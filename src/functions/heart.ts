// The heart as the other rooms see it: create functions, invoke them, hand events over durably.
import type { Readable } from "node:stream";
import type { Quotas } from "../kernel/quotas.ts";
import type { Destinations } from "./async/destinations.ts";
import type { KeptState } from "./instances/kept.ts";
import type { HeartFigures } from "./metrics/figures.ts";
import type { Layers } from "./layers/layers.ts";
import type { Write } from "../ports/store.ts";
import type { CodePackage, FunctionRecord, FunctionRef, FunctionSettings, InvokeOptions, InvokeResult, Scope, StreamedInvocation, UrlTarget, Version } from "./function.ts";

export interface Registry {
  /** Fault ResourceConflictException when the name is taken. With `publish`, version 1 is there too. */
  create(scope: Scope, name: string, made: { readonly code: CodePackage; readonly settings: FunctionSettings; readonly tags: Readonly<Record<string, string>>; readonly codeSigning?: string | undefined; readonly publish?: boolean }): Promise<Latest>;
  find(ref: FunctionRef): Promise<FunctionRecord | undefined>;
  /** Sorted by name, after `afterName` (exclusive). */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<readonly FunctionRecord[]>;
  /**
   * Replaces code and/or settings of `$LATEST`; a new Version id each time. `expectedRevision` mismatch: Fault PreconditionFailedException.
   * Undefined when there is no such function.
   */
  update(ref: FunctionRef, change: LatestChange): Promise<Latest | undefined>;
  /**
   * Freezes `$LATEST` under the next number; the version published last when nothing has changed since.
   * Faults PreconditionFailedException, InvalidParameterValueException (CodeSHA256). Undefined when there is no such function.
   */
  publish(ref: FunctionRef, asked?: { readonly description?: string; readonly expectedSha256?: string; readonly expectedRevision?: string }): Promise<Version | undefined>;
  /** Published versions in the order of their numbers, after number `after` (exclusive). */
  versions(at: FunctionRef, after: number, limit: number): Promise<readonly Version[]>;
  /** False when there was none. Fault ResourceConflictException while an alias points to it. */
  removeVersion(at: FunctionRef, version: string): Promise<boolean>;
  /**
   * Changes what is known of a function beside its versions. `decide` is asked again when somebody else was faster; a Fault it throws passes.
   * What it reads through `has` stays true until the change is made. Undefined when there is no such function.
   */
  change(ref: FunctionRef, decide: (record: FunctionRecord, has: (version: string) => Promise<boolean>) => FunctionFacts | Promise<FunctionFacts>): Promise<FunctionRecord | undefined>;
  /** Whose HTTP address this id is; from memory when it was asked before. */
  byUrl(id: string): Promise<UrlTarget | undefined>;
  /** False when there was none. Kills its instances and drops its queued events. */
  remove(ref: FunctionRef): Promise<boolean>;
}

/** What `Registry.change` may change. */
export type FunctionFacts = Partial<Pick<FunctionRecord, "aliases" | "codeSigning" | "concurrency" | "eventInvoke" | "policies" | "recursion" | "tags" | "urls">>;

export interface LatestChange {
  readonly code?: CodePackage;
  readonly settings?: Partial<FunctionSettings>;
  readonly expectedRevision?: string;
  readonly publish?: boolean;
}

/** `$LATEST` after a change, and the version published with it. */
export interface Latest {
  readonly latest: Version;
  readonly published: Version | undefined;
}

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

/** An image in a registry, as far as it has been looked up. */
export interface ImageReference {
  /** As the caller wrote it. */
  readonly uri: string;
  /** The same without tag and digest. */
  readonly repository: string;
  readonly manifest: { readonly bytes: Uint8Array; readonly digest: string; readonly mediaType: string | undefined };
  /** Another manifest of the repository, by its digest: indexes name them. */
  readonly manifestOf: (digest: string) => Promise<Uint8Array>;
}

export interface Images {
  /**
   * Takes an image whose configuration and layers are blobs here: holds them, checks every layer and lays the files out (read-only) before anything
   * refers to it. Faults: InvalidParameterValueException that says what is wrong (`BadImage`, `UnsupportedImage`).
   */
  add(image: ImageReference): Promise<CodePackage>;
}

/** What the machine's concurrency is spent on. */
export interface ConcurrencyReport {
  /** Invocations at once per account and region. */
  readonly accountMax: number;
  /** What functions of the account and region have set aside, reserved or provisioned, `but` one. */
  setAside(scope: Scope, but?: string): number;
  /** How far the instances kept ready for a version have come. */
  kept(version: Version): KeptState & { readonly busy: number };
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
  readonly images: Images;
  readonly layers: Layers;
  readonly concurrency: ConcurrencyReport;
  /** What functions may have here. */
  readonly quotas: Quotas;
  /** Where the ends of events can be told: functions, and what the composition root provides. */
  readonly destinations: Destinations;
  /** The immutable version a ref points to now, for an alias with weights one of its two; Fault ResourceNotFoundException "Function not found: <arn>" otherwise. */
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
  /**
   * How many more invocations should be begun now by somebody who can wait for others to end: as the function's concurrency and the machine
   * allow. `alone`: nothing of the asker runs, so that it does not wait for what the function does for others, however short that is.
   * Fault ResourceNotFoundException when there is no such function.
   */
  room(ref: FunctionRef, alone: boolean): Promise<number>;
  /** Calls back when there may be more room than before, of whatever function; the returned function ends it. */
  onRoom(listener: () => void): () => void;
  /** Calls back when the function has changed or gone, here or on another node; the returned function ends it. */
  onChange(of: FunctionRef, listener: () => void): () => void;
  /** May this service invoke the function, by the function's resource policy? False when there is no such function. */
  mayInvoke(ref: FunctionRef, invoker: Invoker): Promise<boolean>;
  /** What has been counted, for metrics. */
  figures(): Promise<HeartFigures>;
  /** Live instances, for health and doctor. */
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
