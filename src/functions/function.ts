// The words of the heart: what a function, a version and an invocation are, free of any cloud's wire shapes.
import type { ConcurrencyFacts } from "./concurrency/shares.ts";
import type { LogSettings } from "./log-settings.ts";
import type { StartSteps } from "./start-steps.ts";

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
  /** Blob of the archive as uploaded; of an image: of its configuration, which names all the rest by digest. */
  readonly blobId: string;
  /** SHA-256 of the archive, base64, as AWS shows it; of an image: of its manifest, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Present when the code runs where its developer edits it, in this folder of the host: then there is no archive, and `blobId` is only a name. */
  readonly folder?: string;
  /** Present when the code is a container image rather than a zip. */
  readonly image?: ImageFacts;
}

export interface ImageFacts {
  /** As the caller named it, and with the tag replaced by the digest it had then. */
  readonly uri: string;
  readonly resolvedUri: string;
  /** How the image wants to be started; a function's `imageConfig` goes before. */
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a function says instead of its image; absent members leave the image's own. */
export interface ImageOverride {
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
}

/** A layer as a version uses it: its content stays with the version, also when the layer itself is deleted. */
export interface LayerUse {
  /** With the layer's version: `arn:aws:lambda:us-east-1:000000000000:layer:tools:3`. */
  readonly arn: string;
  readonly code: CodePackage;
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
  /** Only of functions whose code is an image. */
  readonly imageConfig?: ImageOverride;
  /** Laid over each other at /opt in this order, later ones on top. */
  readonly layers: readonly LayerUse[];
  /** ARN of the queue or topic that gets the events the function could not handle. */
  readonly deadLetter?: string | undefined;
  /** Absent: traces pass through, and what is recorded of them others record. */
  readonly tracing?: "Active" | undefined;
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

/** A name that points to a version and can be moved; with weights, to two. */
export interface Alias {
  readonly name: string;
  readonly description: string;
  /** `$LATEST` or a number as text. */
  readonly version: string;
  /** The share of invocations, 0 to 1, that another version gets; at most one entry. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/** What a function, version or alias has been told about its asynchronous events; what is absent has the default. */
export interface EventInvokeFacts {
  readonly retriesMax?: number;
  readonly ageSecondsMax?: number;
  /** ARNs. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly modifiedMs: number;
}

/** The record of a function: what its names point to. Published versions are records of their own, since there may be many. */
export interface FunctionRecord extends Scope {
  readonly name: string;
  readonly createdMs: number;
  readonly latest: Version;
  /** The number of the version published last, 0 before the first. Numbers are never given twice, also not after a deletion. */
  readonly lastPublished: number;
  readonly aliases: Readonly<Record<string, Alias>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly concurrency: ConcurrencyFacts;
  /** What becomes of asynchronous events, per qualifier. */
  readonly eventInvoke: Readonly<Record<string, EventInvokeFacts>>;
  /** What happens when the function calls itself through other services, again and again. */
  readonly recursion: "Terminate" | "Allow";
  /** ARN of what judges the signatures of deployed code. */
  readonly codeSigning?: string | undefined;
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
  /** Asked for only when it matters, as making one costs: when the event must wait, or streams. */
  readonly signal?: () => AbortSignal;
  /** The result comes before the log's last lines and the meter; for whoever can not use the instance again in the same turn of the event loop. */
  readonly answerFirst?: boolean;
  /** Who asks, for the meter; absent: a caller. */
  readonly trigger?: "mapping";
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
  /** Of an instance's first invocation, also when it was booted ahead. */
  readonly steps?: StartSteps | undefined;
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
