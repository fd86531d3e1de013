// The shape of a service's wire model: generated JSON that says everything the codecs, the router and the validator need.
// One file per service in `models/`, from the AWS SDK's schemas (bindings, members) and botocore's model (constraints, errors).

/** `awsCbor1_1` is awsJson 1.1 written in CBOR: no model names it, clients of any awsJson service may speak it. */
export type ProtocolName = "restJson1" | "restXml" | "awsJson1_0" | "awsJson1_1" | "awsCbor1_1" | "awsQuery" | "ec2Query" | "rpcv2Cbor";

export interface Model {
  /** Our room name and the model's file name: `lambda`, `s3`, `logs`. */
  readonly id: string;
  /** SDK service id, as in `x-amz-user-agent` and CloudWatch names: `Lambda`, `CloudWatch Logs`. */
  readonly serviceId: string;
  readonly signingName: string;
  readonly endpointPrefix: string;
  readonly apiVersion: string;
  /** All protocols a client may speak to this service, the native one first. */
  readonly protocols: readonly ProtocolName[];
  /** `X-Amz-Target` prefix before the dot, for the JSON and CBOR protocols. */
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string;
  /** Prefix of `__type` where a protocol wants it: `com.amazonaws.dynamodb.v20120810`. */
  readonly namespace: string;
  /** A service that moved from awsQuery to JSON or CBOR: errors repeat the old code in `x-amzn-query-error`. */
  readonly queryCompatible?: boolean;
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Readonly<Record<string, ShapeModel>>;
}

export interface OperationModel {
  readonly method: string;
  /** URI template: `/2015-03-31/functions/{FunctionName}/code`, `/{Bucket}/{Key+}?uploads`. */
  readonly uri: string;
  /** Status of the successful answer. */
  readonly code: number;
  readonly input?: string;
  readonly output?: string;
  /** Shape names of the modelled errors. */
  readonly errors: readonly string[];
}

export type ShapeModel =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | { readonly type: "blob"; readonly min?: number; readonly max?: number; readonly streaming?: boolean; readonly mediaType?: string; readonly sensitive?: boolean }
  | { readonly type: "integer" | "long" | "float" | "double"; readonly min?: number; readonly max?: number }
  | { readonly type: "boolean" | "document" }
  | { readonly type: "timestamp"; readonly format?: TimestampFormat };

export interface ListShape {
  readonly type: "list";
  readonly member: MemberModel;
  readonly min?: number;
  readonly max?: number;
  /** Elements may be null. */
  readonly sparse?: boolean;
  /** Set where the original checks the elements as a constraint of the list, without the words it uses for elements. */
  readonly enum?: readonly string[];
}

export interface MapShape {
  readonly type: "map";
  readonly key: MemberModel;
  readonly value: MemberModel;
  readonly min?: number;
  readonly max?: number;
  /** Values may be null. */
  readonly sparse?: boolean;
}

export interface StringShape {
  readonly type: "string";
  readonly min?: number;
  readonly max?: number;
  /** As the original words it in its errors (Java's syntax, matched in full). */
  readonly pattern?: string;
  /** The pattern for JavaScript, where it is not the same text. */
  readonly regexp?: { readonly source: string; readonly flags: string };
  readonly enum?: readonly string[];
  readonly mediaType?: string;
  readonly sensitive?: boolean;
}

export type TimestampFormat = "epoch-seconds" | "date-time" | "http-date";

export interface StructureShape {
  readonly type: "structure";
  readonly members: Readonly<Record<string, MemberModel>>;
  readonly required: readonly string[];
  readonly union?: boolean;
  readonly eventStream?: boolean;
  /** The member that is the whole HTTP body. */
  readonly payload?: string;
  /** The member whose value is the text of the XML root element (S3's GetBucketLocation). */
  readonly xmlText?: string;
  readonly xmlName?: string;
  readonly xmlNamespace?: string;
  /** Errors: wire code (when it differs from the shape's name), HTTP status, and whether the server is at fault. */
  readonly error?: { readonly code?: string; readonly status: number; readonly fault?: boolean };
}

export interface MemberModel {
  readonly shape: string;
  /** Where it travels; absent means the body. A `querystring` map without a name takes every parameter no other member claims. */
  readonly location?: "uri" | "querystring" | "header" | "headers" | "statusCode";
  /** Its name there (header name, prefix of `headers`, query key, JSON name of JSON services, XML name of XML services) when it differs from the member's. */
  readonly name?: string;
  /** ec2Query's own name of a parameter; in services whose native protocol is JSON or CBOR, awsQuery's name both ways. */
  readonly queryName?: string;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: { readonly uri: string; readonly prefix?: string };
  readonly flattened?: boolean;
  readonly timestampFormat?: TimestampFormat;
  readonly idempotencyToken?: boolean;
  readonly hostLabel?: boolean;
  /** In an event of an event stream: travels in the message's headers, or is the message's whole payload. */
  readonly eventHeader?: boolean;
  readonly eventPayload?: boolean;
}

/** One line of `models/index.json`: what routing must know about a service before its model is loaded. */
export interface ModelSummary {
  readonly id: string;
  readonly serviceId: string;
  readonly signingName: string;
  readonly endpointPrefix: string;
  readonly apiVersion: string;
  readonly protocols: readonly ProtocolName[];
  readonly targetPrefix?: string;
  /** REST services: the distinct literal first path segments of their URI templates (`2015-03-31`, `restapis`); absent for S3. */
  readonly pathRoots?: readonly string[];
}
