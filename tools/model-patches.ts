// What AWS does differently from what its published models say; every entry names its reason.
import type { MemberModel, Model, ShapeModel, StringShape } from "../src/wire/model.ts";
import { convertPattern } from "./model-patterns.ts";

/** Returns the model with the patches of its service applied; throws when a patched shape is gone, so that a stale patch is noticed. */
export function patchModel(model: Model): Model {
  return (patches[model.id] ?? []).reduce((patched, patch) => patch.apply(patched), model);
}

interface Patch {
  readonly why: string;
  readonly apply: (model: Model) => Model;
}

const patches: Readonly<Record<string, readonly Patch[]>> = {
  lambda: [
    {
      why: "recorded on AWS: its patterns allow the partition of the European sovereign cloud, the published ones do not yet",
      apply: (model) => mapStrings(model, (shape) => withPattern(shape, shape.pattern?.replaceAll("[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}", "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}").replaceAll("(eusc-)?(eusc-)?", "(eusc-)?"))),
    },
    {
      why: "recorded on AWS: a bad subnet or group is refused by length and pattern, and null elements are not mentioned",
      apply: (model) => setShapes(model, {
        SubnetId: { type: "string", min: 0, max: 1024, pattern: "subnet-[0-9a-z]*" },
        SecurityGroupId: { type: "string", min: 0, max: 1024, pattern: "sg-[0-9a-zA-Z]*" },
        SubnetIds: { ...shapeOf(model, "SubnetIds"), sparse: true } as ShapeModel,
        SecurityGroupIds: { ...shapeOf(model, "SecurityGroupIds"), sparse: true } as ShapeModel,
      }),
    },
    {
      why: "recorded on AWS: layers of a function may be 2048 characters long, and both kinds of layer ARN are in one pattern",
      apply: (model) => setShapes(model, { LayerVersionArn: { ...shapeOf(model, "LayerVersionArn"), ...layerArn } as ShapeModel, LayerVersionArnOfFunction: { type: "string", min: 1, max: 2048, pattern: layerArn.pattern }, LayerList: { ...shapeOf(model, "LayerList"), member: { shape: "LayerVersionArnOfFunction" } } as ShapeModel }),
    },
    {
      why: "recorded on AWS: layers can be tagged too",
      apply: (model) => setShapes(model, { TaggableResource: withPattern(shapeOf(model, "TaggableResource") as StringShape, (shapeOf(model, "TaggableResource") as StringShape).pattern?.replace(")?|code-signing-config", ")?|layer:([a-zA-Z0-9-_]+)|code-signing-config")) }),
    },
    {
      why: "recorded on AWS: the order of these enum values in its errors",
      apply: (model) => orderEnums(model, { RecursiveLoop: ["Terminate", "Allow"], InvokeMode: ["RESPONSE_STREAM", "BUFFERED"], EventSourcePosition: ["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"], Runtime: recordedRuntimes }),
    },
    {
      why: "recorded on AWS: a bad runtime in a layer's list is worded as a constraint of the list",
      apply: (model) => setShapes(model, { RuntimeOfList: { type: "string" }, CompatibleRuntimes: { ...shapeOf(model, "CompatibleRuntimes"), member: { shape: "RuntimeOfList" }, enum: (shapeOf(model, "Runtime") as StringShape).enum } as ShapeModel }),
    },
    {
      why: "recorded on AWS: a bad runtime of a function is refused by the service itself, in other words and with another code",
      apply: (model) => setMembers(setShapes(model, { RuntimeOfFunction: { type: "string" } }), [["CreateFunctionRequest", "Runtime"], ["UpdateFunctionConfigurationRequest", "Runtime"]], (member) => ({ ...member, shape: "RuntimeOfFunction" })),
    },
    {
      why: "recorded on AWS: a missing starting position is refused by the service itself; and the answer of Invoke says that it is JSON",
      apply: (model) => setShapes(setMembers(model, [["InvocationResponse", "Payload"]], (member) => ({ ...member, shape: "InvocationPayload" })), { InvocationPayload: { type: "blob", sensitive: true, mediaType: "application/json" } }),
    },
  ],
  s3: [
    {
      why: "GetBucketLocation answers with its only member as the text of the root element",
      apply: (model) => setShapes(model, { GetBucketLocationOutput: { ...shapeOf(model, "GetBucketLocationOutput"), xmlText: "LocationConstraint" } as ShapeModel }),
    },
    {
      why: "uploads by HTML form are part of S3's API but of no published model, since SDKs only sign them",
      apply: (model) => {
        const put = shapeOf(model, "PutObjectOutput");
        if (put.type !== "structure") throw new Error("PutObjectOutput is no structure any more");
        const withShapes = setShapes(model, {
          PostObjectRequest: { type: "structure", members: { Bucket: { shape: "BucketName", location: "uri" }, Body: { shape: "StreamingBlob" } }, required: ["Bucket"], payload: "Body" },
          PostObjectOutput: { ...put, members: { ...put.members, Location: { shape: "Location", location: "header", name: "Location" }, Body: { shape: "StreamingBlob" } }, payload: "Body" },
        });
        const operations = { ...model.operations, PostObject: { method: "POST", uri: "/{Bucket}", code: 204, input: "PostObjectRequest", output: "PostObjectOutput", errors: [] } };
        return { ...withShapes, operations: Object.fromEntries(Object.entries(operations).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
      },
    },
  ],
  sqs: [
    {
      why: "recorded on AWS: two errors that the model does not list have other names in the Query protocol",
      apply: (model) => setShapes(model, { InvalidParameterValueException: unlistedError("InvalidParameterValue"), MissingRequiredParameterException: unlistedError("MissingParameter") }),
    },
  ],
  dynamodb: [
    { why: "the service's own `__type` carries the version, which its Smithy namespace lacks", apply: (model) => ({ ...model, namespace: "com.amazonaws.dynamodb.v20120810" }) },
    {
      why: "recorded on AWS: the order of these enum values in its errors",
      apply: (model) => orderEnums(model, {
        AttributeAction: ["ADD", "PUT", "DELETE"], ComparisonOperator: ["IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"], ConditionalOperator: ["OR", "AND"],
        ProjectionType: ["ALL", "INCLUDE", "KEYS_ONLY"], ReturnValue: ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"], ScalarAttributeType: ["B", "N", "S"], Select: ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"],
      }),
    },
  ],
  dynamodbstreams: [
    { why: "the streams answer with DynamoDB's own `__type`", apply: (model) => ({ ...model, namespace: "com.amazonaws.dynamodb.v20120810" }) },
  ],
};

const unlistedError = (code: string): ShapeModel => ({ type: "structure", members: { message: { shape: "ExceptionMessage" } }, required: [], error: { code, status: 400 } });

const layerArn = { pattern: "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)" };

/** AWS's order where it is known; the rest follows as published. */
const recordedRuntimes = [
  "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2",
  "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
];

function shapeOf(model: Model, name: string): ShapeModel {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`patched shape ${model.id}.${name} is not in the model any more`);
  return shape;
}

function setShapes(model: Model, shapes: Readonly<Record<string, ShapeModel>>): Model {
  const all = { ...model.shapes, ...shapes };
  return { ...model, shapes: Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function setMembers(model: Model, paths: readonly (readonly [structure: string, member: string])[], change: (member: MemberModel) => MemberModel): Model {
  return paths.reduce((patched, [structure, name]) => {
    const shape = shapeOf(patched, structure);
    const member = shape.type === "structure" ? shape.members[name] : undefined;
    if (shape.type !== "structure" || !member) throw new Error(`patched member ${structure}.${name} is not in the model any more`);
    return setShapes(patched, { [structure]: { ...shape, members: { ...shape.members, [name]: change(member) } } });
  }, model);
}

function mapStrings(model: Model, change: (shape: StringShape) => StringShape): Model {
  return { ...model, shapes: Object.fromEntries(Object.entries(model.shapes).map(([name, shape]) => [name, shape.type === "string" ? change(shape) : shape])) };
}

function orderEnums(model: Model, orders: Readonly<Record<string, readonly string[]>>): Model {
  return setShapes(model, Object.fromEntries(Object.entries(orders).map(([name, order]) => {
    const shape = shapeOf(model, name) as StringShape;
    const values = shape.enum ?? [];
    return [name, { ...shape, enum: [...order.filter((value) => values.includes(value)), ...values.filter((value) => !order.includes(value))] }];
  })));
}

function withPattern(shape: StringShape, pattern: string | undefined): StringShape {
  if (pattern === undefined || pattern === shape.pattern) return shape;
  const converted = convertPattern(pattern);
  if (typeof converted === "string") throw new Error(`patched pattern ${pattern}: ${converted}`);
  const { regexp: _, ...rest } = shape;
  return converted.source === pattern && converted.flags === "" ? { ...rest, pattern } : { ...rest, pattern, regexp: converted };
}
