// The seam between the AWS door and the codecs: one Protocol per wire protocol, fed with a routed request, answering bytes.
import type { Readable } from "node:stream";
import type { Model, ProtocolName } from "./model.ts";

/** A request whose service and operation are known; what a codec decodes the input from. */
export interface WireRequest {
  readonly operation: string;
  /** URI labels by their name in the operation's template (without `+`), percent-decoded; a greedy label keeps its slashes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Decoded pairs in the order sent, repeated keys kept. For awsQuery and ec2Query by GET these are the parameters. */
  readonly query: readonly (readonly [key: string, value: string])[];
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Content bytes with aws-chunked already taken off. A Readable only when the operation's payload is a streaming blob
   * (then it is the member's value as it stands); an empty body is zero bytes.
   * For awsQuery and ec2Query by POST these are the form-encoded parameters.
   */
  readonly body: Uint8Array | Readable;
}

/** What goes back on the wire; content-length and request-id headers are the door's business. */
export interface WireReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** A Readable when the output's payload is a streaming blob (or an event stream); absent for an empty body. */
  readonly body?: Uint8Array | string | Readable;
  /** As in `HttpReply`. */
  readonly headAtOnce?: boolean;
}

/** An error ready to be framed: the door has filled in the service's `errorMembers`. */
export interface WireError {
  /** As the fault was thrown; the codec maps a modelled shape's name to its wire code. */
  readonly code: string;
  readonly message: string;
  /** When absent: the status of the modelled error, else 400. */
  readonly status: number | undefined;
  /** Members of the error's shape by wire name, those bound to headers included. */
  readonly members: Readonly<Record<string, unknown>>;
  /** The server is at fault (Query's `<Type>Receiver`). When absent: as modelled, else status >= 500. */
  readonly serverFault?: boolean;
}

/** What a reply's framing needs to know about the request it answers. */
export interface ReplyContext {
  readonly requestId: string;
  /** S3's `HostId`; empty for the other services. */
  readonly hostId: string;
  /** Lower-case names of the request's headers (`x-amzn-query-mode` and its like). */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One wire protocol. All methods are synchronous and pure; bad input surfaces as a `Fault` with the code the original
 * answers (SerializationException, MalformedXML, MalformedQueryString …), never as another error.
 */
export interface Protocol {
  readonly name: ProtocolName;
  /** The operation's input by member names. Throws Fault when the bytes can not be read as it. */
  decode(model: Model, operation: string, request: WireRequest): unknown;
  /** Frames a handler's output (by member names, unknown members ignored, undefined members left out). */
  encode(model: Model, operation: string, output: unknown, context: ReplyContext): WireReply;
  /** Frames an error; `model` is undefined when the request was never routed to a service. */
  encodeError(model: Model | undefined, error: WireError, context: ReplyContext): WireReply;
}

export type Protocols = Readonly<Record<ProtocolName, Protocol>>;

/**
 * Checks required members and constraints of a decoded input, throwing the Fault the original answers.
 * `ownValidation` skips the constraint tables but not required members; `validationCode` names the error, `missingCode` that of a missing parameter.
 */
export type Validate = (
  model: Model, operation: string, input: unknown,
  options: { readonly validationCode?: string; readonly missingCode?: string; readonly ownValidation?: boolean },
) => void;
