import { AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand, CreateTagsCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, GetRoleCommand, IAMClient, ListRolesCommand, NoSuchEntityException, SimulateCustomPolicyCommand, UntagRoleCommand } from "@aws-sdk/client-iam";
import { PublishCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageBatchCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { AwsQueryProtocol } from "@aws-sdk/core/protocols";
import { describe, expect, test } from "vitest";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { ProtocolName } from "../model.ts";
import { protocols } from "./index.ts";
import { context, exchange, model, settings } from "./sdk-for-test.ts";

type Exchanged = ReturnType<typeof exchange>;
const iam = (command: object, reply: unknown): Exchanged => exchange("iam", "awsQuery", (requestHandler) => new IAMClient({ ...settings, requestHandler }), command, reply);
const sns = (command: object, reply: unknown): Exchanged => exchange("sns", "awsQuery", (requestHandler) => new SNSClient({ ...settings, requestHandler }), command, reply);
const ec2 = (command: object, reply: unknown): Exchanged => exchange("ec2", "ec2Query", (requestHandler) => new EC2Client({ ...settings, requestHandler }), command, reply);
const sqs = (command: object, reply: unknown): Exchanged =>
  exchange("sqs", "awsQuery", (requestHandler) => new SQSClient({
    ...settings, requestHandler, md5: false, protocol: AwsQueryProtocol, protocolSettings: { defaultNamespace: "com.amazonaws.sqs", xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/", version: "2012-11-05" },
  }), command, reply);

const at = new Date("2026-03-04T05:06:07.000Z");
const read = (service: string, protocol: ProtocolName, operation: string, form: string | Uint8Array): unknown =>
  protocols[protocol].decode(model(service), operation, { operation, labels: {}, query: [], headers: {}, body: typeof form === "string" ? Buffer.from(form) : form });

describe("awsQuery with the SDK's clients", () => {
  test("reads scalars, lists of structures and odd characters", async () => {
    const role = { Path: "/", RoleName: "r", RoleId: "AROA", Arn: "arn:r", CreateDate: at };
    const input = { RoleName: "r", AssumeRolePolicyDocument: '{"a": "b+c&d=é%\u{1f600}"}', MaxSessionDuration: 3600, Tags: [{ Key: "k", Value: "" }, { Key: "l", Value: "v" }] };
    const { input: got, output } = await iam(new CreateRoleCommand(input), { Role: { ...role, Tags: [{ Key: "<&>", Value: "x\r\ny" }] } });
    expect(got).toEqual(input);
    expect(output).toMatchObject({ Role: { ...role, Tags: [{ Key: "<&>", Value: "x\r\ny" }] } });
    expect((await iam(new ListRolesCommand({ MaxItems: 3 }), { Roles: [role, role], IsTruncated: false })).output).toMatchObject({ Roles: [role, role], IsTruncated: false });
    expect((await iam(new UntagRoleCommand({ RoleName: "r", TagKeys: ["a", "b"] }), undefined)).input).toEqual({ RoleName: "r", TagKeys: ["a", "b"] });
    const entries = [{ ContextKeyName: "k", ContextKeyValues: ["1", "2"], ContextKeyType: "stringList" as const }];
    expect((await iam(new SimulateCustomPolicyCommand({ PolicyInputList: ["p"], ActionNames: ["a"], ContextEntries: entries }), { EvaluationResults: [] })).input).toEqual({ PolicyInputList: ["p"], ActionNames: ["a"], ContextEntries: entries });
  });

  test("keeps more than nine list elements in their order", async () => {
    const TagKeys = Array.from({ length: 12 }, (_, index) => `key${index}`);
    expect((await iam(new UntagRoleCommand({ RoleName: "r", TagKeys }), undefined)).input).toEqual({ RoleName: "r", TagKeys });
  });

  test("reads maps with their own entry names, and blobs", async () => {
    const MessageAttributes = { "a.b": { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 1]) }, c: { DataType: "String", StringValue: "x" } };
    expect((await sns(new PublishCommand({ TopicArn: "t", Message: "m", MessageAttributes }), { MessageId: "id" })).input).toEqual({ TopicArn: "t", Message: "m", MessageAttributes });
    expect((await sns(new SubscribeCommand({ TopicArn: "t", Protocol: "lambda", Attributes: { RawMessageDelivery: "true" }, ReturnSubscriptionArn: true }), { SubscriptionArn: "s" })).input).toEqual({ TopicArn: "t", Protocol: "lambda", Attributes: { RawMessageDelivery: "true" }, ReturnSubscriptionArn: true });
    expect((await sns(new SetTopicAttributesCommand({ TopicArn: "t", AttributeName: "DisplayName", AttributeValue: "" }), undefined)).input).toEqual({ TopicArn: "t", AttributeName: "DisplayName", AttributeValue: "" });
  });

  test("speaks SQS as its older clients do: flattened lists and maps both ways", async () => {
    const batch = { QueueUrl: "q", Entries: [{ Id: "1", MessageBody: "b", DelaySeconds: 0, MessageAttributes: { n: { DataType: "Number", StringValue: "1" } } }, { Id: "2", MessageBody: "c" }] };
    const { input, output } = await sqs(new SendMessageBatchCommand(batch), { Successful: [{ Id: "1", MessageId: "m", MD5OfMessageBody: "d" }], Failed: [{ Id: "2", SenderFault: true, Code: "x" }] });
    expect(input).toEqual(batch);
    expect(output).toMatchObject({ Successful: [{ Id: "1", MessageId: "m" }], Failed: [{ Id: "2", SenderFault: true, Code: "x" }] });
    expect((await sqs(new SetQueueAttributesCommand({ QueueUrl: "q", Attributes: { VisibilityTimeout: "5", Policy: "{}" } }), undefined)).input).toEqual({ QueueUrl: "q", Attributes: { VisibilityTimeout: "5", Policy: "{}" } });
    const received = { Messages: [{ MessageId: "m", Body: "b", Attributes: { SenderId: "s" }, MessageAttributes: { n: { DataType: "String", StringValue: "v" } } }] };
    expect((await sqs(new ReceiveMessageCommand({ QueueUrl: "q", MaxNumberOfMessages: 2, MessageAttributeNames: ["All"] }), received)).output).toMatchObject(received);
  });

  test("throws the SDK's own exceptions, by their codes of the wire", async () => {
    const { error } = await iam(new GetRoleCommand({ RoleName: "r" }), fault("NoSuchEntity", { message: "The role with name r cannot be found.", status: 404 }));
    expect(error).toBeInstanceOf(NoSuchEntityException);
    expect(error).toMatchObject({ message: "The role with name r cannot be found.", $metadata: { httpStatusCode: 404 } });
    const unknown = await exchange("sts", "awsQuery", (requestHandler) => new STSClient({ ...settings, requestHandler }), new AssumeRoleCommand({ RoleArn: "a", RoleSessionName: "s", DurationSeconds: 900 }), fault("AccessDenied", { message: "no", status: 403 }));
    expect(unknown.error).toMatchObject({ name: "AccessDenied", message: "no" });
    expect(unknown.input).toEqual({ RoleArn: "a", RoleSessionName: "s", DurationSeconds: 900 });
  });

  test("frames answers and errors as the original", () => {
    const textOf = (body: unknown): string => Buffer.from(body as Uint8Array).toString();
    expect(textOf(protocols.awsQuery.encode(model("iam"), "GetRole", { Role: { RoleName: "r", CreateDate: at } }, context).body)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><RoleName>r</RoleName><CreateDate>2026-03-04T05:06:07Z</CreateDate></Role></GetRoleResult><ResponseMetadata><RequestId>${context.requestId}</RequestId></ResponseMetadata></GetRoleResponse>`);
    expect(textOf(protocols.awsQuery.encodeError(model("iam"), { code: "ServiceFailure", message: "a<b", status: undefined, members: { Type: "User" } }, context).body)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Receiver</Type><Code>ServiceFailure</Code><Message>a&lt;b</Message></Error><RequestId>${context.requestId}</RequestId></ErrorResponse>`);
  });
});

describe("awsQuery with bad input", () => {
  test.each([
    ["MaxItems=many", "MalformedInput"], ["MaxItems=1.5", "MalformedInput"], ["MaxItems=", "MalformedInput"], ["MaxItems.member.1=1", "MalformedInput"], ["PathPrefix=%E4%ZZ", "MalformedQueryString"], ["PathPrefix=%FF", "MalformedQueryString"],
  ])("refuses %s", (form, code) => {
    expect(() => read("iam", "awsQuery", "ListRoles", form)).toThrow(expect.objectContaining({ code, status: 400 }) as Fault);
  });

  test.each(["Tags=x", "Tags.member=x", "Tags.member.one.Key=x", "Tags.member.1=x", "Tags.1.Key=x&Tags=y"])("refuses the list %s", (form) => {
    expect(() => read("iam", "awsQuery", "TagRole", form)).toThrow(expect.objectContaining({ code: "MalformedInput" }) as Fault);
  });

  test("bounds the number and the depth of parameters", () => {
    expect(() => read("iam", "awsQuery", "ListRoles", "a&".repeat(limits.http.queryParametersMax + 1))).toThrow(expect.objectContaining({ code: "MalformedQueryString" }) as Fault);
    expect(() => read("iam", "awsQuery", "ListRoles", `${"a.".repeat(limits.http.nestingMax + 1)}=1`)).toThrow(expect.objectContaining({ code: "MalformedQueryString" }) as Fault);
    expect(() => read("iam", "awsQuery", "ListRoles", new Uint8Array([0x61, 0xff]))).toThrow(expect.objectContaining({ code: "MalformedQueryString" }) as Fault);
  });

  test("reads empty lists, gaps, plus signs and names without values, and ignores what it does not know", () => {
    expect(read("iam", "awsQuery", "UntagRole", "Action=UntagRole&Version=2010-05-08&RoleName=a+b%2B&TagKeys=&&Nope.1=x")).toEqual({ RoleName: "a b+", TagKeys: [] });
    expect(read("iam", "awsQuery", "UntagRole", "RoleName&TagKeys.member.7=b&TagKeys.member.3=a")).toEqual({ RoleName: "", TagKeys: ["a", "b"] });
  });
});

describe("flattened lists and maps of one element", () => {
  test.each([
    ["GetQueueAttributes", "AttributeName=All", { AttributeNames: ["All"] }],
    ["GetQueueAttributes", "AttributeName=", { AttributeNames: [] }],
    ["SetQueueAttributes", "Attribute.Name=VisibilityTimeout&Attribute.Value=35", { Attributes: { VisibilityTimeout: "35" } }],
    ["SendMessage", "MessageAttribute.Name=n&MessageAttribute.Value.DataType=String&MessageAttribute.Value.StringValue=v", { MessageAttributes: { n: { DataType: "String", StringValue: "v" } } }],
    ["DeleteMessageBatch", "DeleteMessageBatchRequestEntry.Id=1&DeleteMessageBatchRequestEntry.ReceiptHandle=h", { Entries: [{ Id: "1", ReceiptHandle: "h" }] }],
  ])("need no number: %s %s", (operation, form, input) => {
    expect(read("sqs", "awsQuery", operation, form)).toEqual(input);
  });

  test.each([["SetQueueAttributes", "Attribute.1.Name=a&Attribute.1.Value=b&Attribute.Name=c"], ["SetQueueAttributes", "Attribute.Name=a"], ["SetQueueAttributes", "Attribute=a"], ["GetQueueAttributes", "AttributeName.x=All"]])("are refused when half numbered or half there: %s %s", (operation, form) => {
    expect(() => read("sqs", "awsQuery", operation, form)).toThrow(expect.objectContaining({ code: "MalformedInput" }) as Fault);
  });
});

describe("ec2Query with the SDK's EC2 client", () => {
  test("reads its names and flat lists, and writes its items", async () => {
    expect((await ec2(new CreateTagsCommand({ Resources: ["a", "b"], Tags: [{ Key: "k", Value: "v" }], DryRun: false }), undefined)).input).toEqual({ Resources: ["a", "b"], Tags: [{ Key: "k", Value: "v" }], DryRun: false });
    const found = { Subnets: [{ SubnetId: "subnet-1", AvailableIpAddressCount: 251, DefaultForAz: true, Tags: [{ Key: "a", Value: "b" }] }], NextToken: "n" };
    const { input, output } = await ec2(new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: ["v1", "v2"] }], SubnetIds: ["subnet-1"], MaxResults: 5 }), found);
    expect(input).toEqual({ Filters: [{ Name: "vpc-id", Values: ["v1", "v2"] }], SubnetIds: ["subnet-1"], MaxResults: 5 });
    expect(output).toMatchObject(found);
    const permissions = [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "all" }] }];
    expect((await ec2(new AuthorizeSecurityGroupIngressCommand({ GroupId: "sg-1", IpPermissions: permissions }), { Return: true })).input).toEqual({ GroupId: "sg-1", IpPermissions: permissions });
    expect((await ec2(new CreateSecurityGroupCommand({ GroupName: "g", Description: "d" }), { GroupId: "sg-1" })).output).toMatchObject({ GroupId: "sg-1" });
  });

  test("frames errors its own way", async () => {
    const { error } = await ec2(new DescribeSubnetsCommand({}), fault("InvalidSubnetID.NotFound", { message: "The subnet ID 'x' does not exist" }));
    expect(error).toMatchObject({ name: "InvalidSubnetID.NotFound", message: "The subnet ID 'x' does not exist", $metadata: { httpStatusCode: 400 } });
  });

  test("refuses values and parameters it does not know", () => {
    expect(() => read("ec2", "ec2Query", "DescribeSubnets", "Action=DescribeSubnets&MaxResults=abc")).toThrow(expect.objectContaining({ code: "InvalidParameterValue", message: "Value (abc) for parameter maxResults is invalid. Expected an integer." }) as Fault);
    expect(() => read("ec2", "ec2Query", "DescribeSubnets", "Action=DescribeSubnets&Colour=red")).toThrow(expect.objectContaining({ code: "UnknownParameter", message: "The parameter Colour is not recognized" }) as Fault);
  });
});
