// The words of the heart: what a function, a version and an invocation are, free of any cloud's wire shapes.
import type { LogSettings } from "./log-settings.ts";

/** Which cloud's handler contract the code was written for. */
export type Dialect = "aws";

export interface Scope {
  readonly account: string;
  readonly region: string;
}

export interface FunctionRef extends Scope {
  readonly name: string;
  /** `$LATEST`, a version number or an alias; absent means `$LATEST`. */
  readonly qualifier?: string;
}

export interface CodePackage {
  /** Blob of the archive as uploaded. */
  readonly blobId: string;
  /** SHA-256 of the archive, base64, as AWS shows it. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
}

/** Settings that travel with a version; every one of them acts when the code runs. */
export interface FunctionSettings {
  readonly dialect: Dialect;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly tmpMb: number;
  readonly env: Readonly<Record<string, string>>;
  readonly architecture: "x86_64" | "arm64";
  readonly logs: LogSettings;
}

/** Immutable: code and settings under an id that never means anything else. The heart caches by `id`. */
export interface Version extends Scope {
  /** Unique for all time: the revision. */
  readonly id: string;
  readonly name: string;
  /** `$LATEST` or a number as text. */
  readonly version: string;
  readonly code: CodePackage;
  readonly settings: FunctionSettings;
  readonly modifiedMs: number;
}

/** The record of a function: what its names point to. */
export interface FunctionRecord extends Scope {
  readonly name: string;
  readonly createdMs: number;
  readonly latest: Version;
  readonly tags: Readonly<Record<string, string>>;
  /** Resource policy per qualifier (`$LATEST` for the unqualified function): statements as in `kernel/policy.ts`. */
  readonly policies: Readonly<Record<string, ResourcePolicy>>;
  /** HTTP addresses per qualifier (`$LATEST` for the unqualified function, else an alias). */
  readonly urls?: Readonly<Record<string, FunctionUrl>>;
}

/** One HTTP address of a function. */
export interface FunctionUrl {
  /** 32 lower-case letters and digits; never means another function. */
  readonly id: string;
  readonly authType: "NONE" | "AWS_IAM";
  readonly invokeMode: "BUFFERED" | "RESPONSE_STREAM";
  readonly cors: UrlCors | undefined;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** What browsers on other sites may do. */
export interface UrlCors {
  readonly credentials?: boolean;
  readonly headers?: readonly string[];
  readonly methods?: readonly string[];
  readonly origins?: readonly string[];
  readonly exposed?: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** Whose address an id is. */
export interface UrlTarget {
  readonly record: FunctionRecord;
  /** Key of `record.urls`. */
  readonly qualifier: string;
  readonly url: FunctionUrl;
}

export interface ResourcePolicy {
  readonly revisionId: string;
  readonly statements: readonly Readonly<Record<string, unknown>>[];
}

export interface InvokeOptions {
  /** Also the answer's x-amzn-RequestId; the same on every retry of an asynchronous event. */
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** The qualifier as the caller gave it; becomes part of the context's invokedFunctionArn. */
  readonly invokedArn: string;
  /** Decoded client context JSON. */
  readonly clientContext?: string;
  readonly traceId?: string;
  /** Collect the last 4 KB of log for the answer. */
  readonly logTail?: boolean;
  readonly signal?: AbortSignal;
}

export interface InvokeResult {
  readonly requestId: string;
  /** The version that ran: `$LATEST` or a number. */
  readonly executedVersion: string;
  /** The function's answer, or the error payload exactly as AWS shows it when `functionError` is set. */
  readonly payload: Uint8Array;
  readonly functionError: "Unhandled" | undefined;
  readonly logTail: Uint8Array | undefined;
  readonly durationMs: number;
  readonly billedMs: number;
  /** Present when this call booted the instance. */
  readonly initMs: number | undefined;
  readonly memoryPeakMb: number;
}

/** An invocation whose answer may come piece by piece. */
export interface StreamedInvocation {
  /** Absent when the function did not stream: then the result is there, with the whole payload. */
  readonly stream:
    | {
        /** As the function set it. */
        readonly contentType: string;
        /** To be iterated once; throws ResponseBroken after the last byte when the response is not whole. Leaving it early does not stop the function. */
        readonly body: AsyncIterable<Uint8Array>;
      }
    | undefined;
  readonly executedVersion: string;
  /** Resolves when the invocation has ended, which may be after the stream's end; its payload is empty, or the error. Rejects when the platform failed. */
  readonly result: Promise<InvokeResult>;
}
