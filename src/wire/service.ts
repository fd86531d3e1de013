// What a service is: a value made of handlers, typed by the official SDK's own command types. Hundreds of operations copy this.
import type { Readable } from "node:stream";

/** What every handler knows about the request it answers, beside the dependencies its service was bound with. */
export interface Call {
  readonly requestId: string;
  /** 12 digits; from the credential, or the configured default. */
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  /** Model id and operation: `lambda`, `CreateFunction`. */
  readonly service: string;
  readonly operation: string;
  /** Lower-case names; repeated headers are joined by `,`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded query parameters, for what the schemas can not say. */
  readonly query: Readonly<Record<string, string>>;
  readonly sourceIp: string;
  /** The base URL this request came to, without a final slash: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Aborts when the client goes away. A function, as making one costs more than most requests need to know. */
  readonly signal: () => AbortSignal;
  /** What the wire says about the body beside its bytes; a streaming member of the input carries the bytes (aws-chunked already taken off). */
  readonly body: BodyFacts;
  /** What the schema can not express: another status of the successful answer, and extra headers, which a Fault's answer carries too. */
  readonly reply: { status?: number; headers: Record<string, string> };
  /** Another service's operation, as the same caller, in process. */
  readonly call: (service: string, operation: string, input: unknown) => Promise<unknown>;
}

export interface BodyFacts {
  /** Bytes the client declared (x-amz-decoded-content-length, else content-length); undefined when it sent without a length. */
  readonly contentLength: number | undefined;
  /** The whole body where it does not arrive as a stream, for digests of documents (S3's Content-MD5 and checksums); absent inside `call`. */
  readonly bytes?: Uint8Array;
  /**
   * Trailers of an aws-chunked body by lower-case name (`x-amz-checksum-crc32`), empty when there are none.
   * Resolves once the body was read to its end, so read the stream first; rejects with the stream's error.
   */
  readonly trailers: () => Promise<Readonly<Record<string, string>>>;
}

/** Streaming bodies arrive as a Readable and may leave as one (or as bytes); blobs are bytes both ways; all else is as the SDK types it. */
type IsStreaming<T> = unknown extends T ? false : Readable extends NonNullable<T> ? (ArrayBuffer extends NonNullable<T> ? false : true) : false;
type InputMember<T> = IsStreaming<T> extends true ? Readable : Uint8Array extends NonNullable<T> ? Uint8Array | (undefined extends T ? undefined : never) : T;
type OutputMember<T> = NonNullable<T> extends { transformToWebStream: unknown } ? Readable | Uint8Array | undefined : NonNullable<T> extends Uint8Array ? Uint8Array | undefined : T;
type StreamingKeys<T> = { [K in keyof T]-?: IsStreaming<T[K]> extends true ? K : never }[keyof T];
type InputOf<T> = { [K in keyof T]: InputMember<T[K]> } & { [K in StreamingKeys<T>]: Readable };
type OutputOf<T> = { [K in keyof Omit<T, "$metadata">]: OutputMember<T[K]> };

// Read off the instance, not the constructor: commands whose input is all optional may be constructed without it.
type CommandTypes<Command> = Command extends new (...rest: never[]) => { readonly input: infer Input; resolveMiddleware: (...rest: never[]) => (input: never) => Promise<infer Reply> }
  ? { input: Input; output: Reply extends { output: infer Output } ? Output : never }
  : never;

/** Names of the operations of an SDK client module. */
export type OperationName<Sdk> = keyof Sdk extends infer K ? (K extends `${infer Name}Command` ? Name : never) : never;

/** The handler type of one operation: `export type Op<N extends OperationName<typeof sdk>> = Operation<typeof sdk, N, Deps>`. */
export type Operation<Sdk, Name extends string, Deps> = `${Name}Command` extends infer Command extends keyof Sdk
  ? (input: InputOf<CommandTypes<Sdk[Command]>["input"]>, context: Call & Deps) => Promise<OutputOf<CommandTypes<Sdk[Command]>["output"]>>
  : never;

export type Handlers<Deps> = Readonly<Record<string, (input: never, context: Call & Deps) => Promise<unknown>>>;

export interface ServiceOptions {
  /** Code of the error for a broken constraint; most services say ValidationException, Lambda's older ones InvalidParameterValueException. */
  readonly validationCode?: string;
  /** Members every error of this service carries when the fault does not set them, for example `{ Type: "User" }`. */
  readonly errorMembers?: Readonly<Record<string, unknown>>;
  /** Code of the error for a missing parameter, in the words of the older Query services; the constraint's sentence when absent. */
  readonly missingCode?: string;
  /** In awsQuery, the input's member that is the address the request was sent to when it is not given (SQS's older clients post to a queue's own URL). */
  readonly addressMember?: string;
  /** Skips the constraint tables (S3 answers bad input in its own words). Required members are checked all the same. */
  readonly ownValidation?: boolean;
}

export interface Service<Deps> {
  /** The model's id. */
  readonly id: string;
  readonly handlers: Handlers<Deps>;
  readonly options: ServiceOptions;
}

/** A service is a value; an operation without a handler answers 501 naming itself. */
export function defineService<Deps>(id: string, handlers: Handlers<Deps>, options: ServiceOptions = {}): Service<Deps> {
  return { id, handlers, options };
}

/** A service with its dependencies: what the AWS door serves. */
export interface BoundService {
  readonly id: string;
  readonly options: ServiceOptions;
  readonly operations: ReadonlySet<string>;
  readonly run: (operation: string, input: unknown, call: Call) => Promise<unknown>;
}

export function bindService<Deps extends object>(service: Service<Deps>, deps: Deps): BoundService {
  return {
    id: service.id,
    options: service.options,
    operations: new Set(Object.keys(service.handlers)),
    run: (operation, input, call) => {
      const handler = service.handlers[operation];
      if (!handler) throw new Error(`bug: no handler for ${service.id}.${operation}`);
      // A call is made for one run, so it takes the dependencies in; a copy would cost more than most handlers do.
      return handler(input as never, Object.assign(call, deps));
    },
  };
}
