// EventBridge as the official clients know it: rules by pattern, what their targets get, and what is refused.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateEventBusCommand, DeleteEventBusCommand, DeleteRuleCommand, DescribeEventBusCommand, DescribeRuleCommand, DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListEventBusesCommand, ListRuleNamesByTargetCommand,
  ListRulesCommand, ListTagsForResourceCommand, ListTargetsByRuleCommand, PutEventsCommand, PutPermissionCommand, PutRuleCommand, PutTargetsCommand, RemovePermissionCommand, RemoveTargetsCommand, TagResourceCommand,
  TestEventPatternCommand, UntagResourceCommand, UpdateEventBusCommand, type Target,
} from "@aws-sdk/client-eventbridge";
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACCOUNT, busArn, eventsTools, functionArn, order, queueArn, settings } from "./events-harness.ts";
import { eventually, has, ROLE, startCloud, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const run = promisify(execFile);

let cloud: TestCloud;
let events: EventBridgeClient;
let sqs: SQSClient;
const { queue, receive, bodies, rule, put, make } = eventsTools(() => ({ cloud, events, sqs }));
beforeAll(async () => {
  cloud = await startCloud();
  events = new EventBridgeClient(settings(cloud.endpoint));
  sqs = new SQSClient(settings(cloud.endpoint));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

describe("an event", () => {
  test("reaches the targets of the rules that want it, as the original's event", async () => {
    const [paid, all] = [await queue("paid"), await queue("all")];
    await rule("paid", { source: ["shop"], detail: { state: ["paid"], total: [{ numeric: [">=", 10] }] } }, [{ Id: "q", Arn: queueArn("paid") }]);
    await rule("all", { source: [{ prefix: "sho" }] }, [{ Id: "q", Arn: queueArn("all") }]);
    const reply = await put(order("shop", { state: "paid", total: 12 }, { Resources: ["arn:x"], Time: new Date("2026-01-02T03:04:05.678Z") }), order("shop", { state: "open", total: 12 }), order("other", { state: "paid", total: 12 }));
    expect(reply).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }, {}, {}] });
    expect(await bodies(paid)).toEqual([{
      version: "0", id: reply.Entries?.[0]?.EventId, "detail-type": "Order placed", source: "shop", account: ACCOUNT, time: "2026-01-02T03:04:05Z", region: "us-east-1", resources: ["arn:x"], detail: { state: "paid", total: 12 },
    }]);
    expect(await bodies(all)).toHaveLength(2);
  });

  test("invokes a function that lets EventBridge in", async () => {
    await make("hears-bus", "export const handler = async (event) => console.log('TOLD', JSON.stringify(event));");
    const SourceArn = await rule("calls", { source: ["calls"] }, [{ Id: "f", Arn: functionArn("hears-bus") }]);
    // Nobody has let the rule in yet: this one is lost, as on the original.
    await put(order("calls", { n: 1 }));
    await cloud.lambda.send(new AddPermissionCommand({ FunctionName: "hears-bus", StatementId: "bus", Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com", SourceArn }));
    await put(order("calls", { n: 2 }));
    const lines = await eventually("the event", async () => {
      const found = (await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/hears-bus", filterPattern: "TOLD" })).catch(() => undefined))?.events ?? [];
      return found.length > 0 ? found.map(({ message = "" }) => message) : undefined;
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]?.slice(lines[0].indexOf("{")) ?? "")).toMatchObject({ "detail-type": "Order placed", source: "calls", detail: { n: 2 } });
  });

  test("comes as its target's input says: a constant, a part of it, or a template", async () => {
    const url = await queue("inputs");
    const target = (Id: string, more: Partial<Target>): Target => ({ Id, Arn: queueArn("inputs"), ...more });
    const InputPathsMap = { who: "$.detail.who", count: "$.detail.count", first: "$.detail.items[0].name", items: "$.detail.items", gone: "$.detail.gone" };
    const arn = await rule("inputs", { source: ["inputs"] }, [
      target("constant", { Input: '{"fixed": [1]}' }),
      target("path", { InputPath: "$.detail.items[1]" }),
      target("template", { InputTransformer: { InputPathsMap, InputTemplate: '{"greeting": "hello <who>, <count> of <gone>", "who": <who>, "count": <count>, "first": <first>, "items": <items>, "gone": <gone>, "rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}' } }),
      target("sentence", { InputTransformer: { InputPathsMap, InputTemplate: '"<who> wants <items>"' } }),
      target("whole", { InputTransformer: { InputTemplate: '{"event": <aws.events.event.json>, "head": <aws.events.event>, "at": <aws.events.event.ingestion-time>}' } }),
    ]);
    await put(order("inputs", { who: 'a "b"', count: 3, items: [{ name: "x" }, { name: "y" }] }));
    const got = await bodies(url);
    expect(got).toHaveLength(5);
    expect(got).toContainEqual({ fixed: [1] });
    expect(got).toContainEqual({ name: "y" });
    expect(got).toContainEqual({ greeting: 'hello a "b", 3 of ', who: 'a "b"', count: 3, first: "x", items: [{ name: "x" }, { name: "y" }], gone: "", rule: "inputs", arn });
    expect(got).toContainEqual('a "b" wants [{"name":"x"},{"name":"y"}]');
    expect(got).toContainEqual({ event: expect.objectContaining({ source: "inputs", detail: expect.objectContaining({ count: 3 }) }), head: expect.not.objectContaining({ detail: expect.anything() }), at: expect.stringMatching(/^\d{4}-/) });
  });

  test("reaches FIFO queues in their groups, topics, streams and other buses", async () => {
    const fifo = await queue("group.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    const [viaTopic, viaBus] = [await queue("via-topic"), await queue("via-bus")];
    const sns = new SNSClient(settings(cloud.endpoint));
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "of-events" }));
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sns:Publish", Resource: TopicArn }] }) }));
    await sqs.send(new CreateQueueCommand({ QueueName: "via-topic", Attributes: {} })).catch(() => undefined);
    const letTopic = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn("via-topic-open") }] });
    await sqs.send(new CreateQueueCommand({ QueueName: "via-topic-open", Attributes: { Policy: letTopic } }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn("via-topic-open"), Attributes: { RawMessageDelivery: "true" } }));
    const kinesis = new KinesisClient(settings(cloud.endpoint));
    await kinesis.send(new CreateStreamCommand({ StreamName: "of-events", ShardCount: 1 }));
    await waitUntilStreamExists({ client: kinesis, maxWaitTime: 20, minDelay: 0.1, maxDelay: 0.2 }, { StreamName: "of-events" });
    await events.send(new CreateEventBusCommand({ Name: "inner" }));
    await rule("inner", { source: ["many"] }, [{ Id: "q", Arn: queueArn("via-bus") }, { Id: "back", Arn: busArn("default"), RoleArn: ROLE }], "inner");
    await rule("many", { source: ["many"] }, [
      { Id: "fifo", Arn: queueArn("group.fifo"), SqsParameters: { MessageGroupId: "g" } },
      { Id: "topic", Arn: TopicArn },
      { Id: "stream", Arn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/of-events`, KinesisParameters: { PartitionKeyPath: "$.detail.key" } },
      { Id: "bus", Arn: busArn("inner"), RoleArn: ROLE },
    ]);
    const { Entries } = await put(order("many", { key: "k7" }));
    const event = expect.objectContaining({ id: Entries?.[0]?.EventId, source: "many", detail: { key: "k7" } });
    const [message] = await receive(fifo);
    expect([JSON.parse(message?.Body ?? ""), message?.Attributes?.["MessageGroupId"]]).toEqual([event, "g"]);
    expect(await bodies(`${cloud.endpoint}/${ACCOUNT}/via-topic-open`)).toEqual([event]);
    expect(await receive(viaTopic, 0)).toEqual([]);
    // The inner bus sends it back to where it came from: it does not go round.
    expect(await bodies(viaBus)).toEqual([event]);
    const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand({ StreamName: "of-events", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" }));
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records.map(({ PartitionKey, Data }) => [PartitionKey, JSON.parse(Buffer.from(Data ?? []).toString()) as unknown])).toEqual([["k7", event]]);
  });

  test("that a target can not take goes to its dead letters, with the reason", async () => {
    const letters = await queue("bus-letters");
    await sqs.send(new CreateQueueCommand({ QueueName: "shut" }));
    const DeadLetterConfig = { Arn: queueArn("bus-letters") };
    const RULE_ARN = await rule("unreachable", { source: ["lost"] }, [
      { Id: "shut", Arn: queueArn("shut"), DeadLetterConfig, RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 } }, { Id: "gone", Arn: functionArn("nobody"), DeadLetterConfig, Input: '"for nobody"' }, { Id: "none", Arn: queueArn("nowhere") },
      { Id: "words", Arn: functionArn("hears-bus"), DeadLetterConfig, InputTransformer: { InputTemplate: "no JSON of <aws.events.rule-name>" } },
    ]);
    await cloud.lambda.send(new AddPermissionCommand({ FunctionName: "hears-bus", StatementId: "words", Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com", SourceArn: RULE_ARN }));
    await put(order("lost", { n: 1 }));
    const told = (await receive(letters)).map(({ Body, MessageAttributes = {} }) => Object.fromEntries([["Body", Body], ...Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue])]) as Record<string, unknown>);
    expect(told).toHaveLength(3);
    expect(told).toContainEqual({ Body: expect.stringContaining('"source":"lost"'), RULE_ARN, TARGET_ARN: queueArn("shut"), ERROR_CODE: "NO_PERMISSIONS", ERROR_MESSAGE: expect.any(String) });
    expect(told).toContainEqual({ Body: 'no JSON of "unreachable"', RULE_ARN, TARGET_ARN: functionArn("hears-bus"), ERROR_CODE: "INVALID_JSON", ERROR_MESSAGE: expect.any(String) });
    expect(told).toContainEqual({ Body: '"for nobody"', RULE_ARN, TARGET_ARN: functionArn("nobody"), ERROR_CODE: "NO_RESOURCE", ERROR_MESSAGE: expect.any(String) });
  });

  test("is taken or refused for itself, ten at a time and a megabyte together", async () => {
    const reply = await put({}, { Source: "s" }, { Source: "s", DetailType: "t" }, order("s", {}, { Detail: "{" }), order("s", {}, { Detail: "[1]" }), order("aws.s3", {}), order("s", {}), order("s", {}, { Detail: `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}` }));
    const required = (name: string) => ({ ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.` });
    const malformed = { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
    expect(reply).toMatchObject({ FailedEntryCount: 7, Entries: [required("Source"), required("DetailType"), required("Detail"), malformed, malformed, { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." }, { EventId: expect.any(String) }, malformed] });
    expect(await failure(put(order("s", { text: "x".repeat(1_048_576) })))).toMatchObject({ name: "ValidationException", message: "Total size of the entries in the request is over the limit." });
    expect(await failure(put(...Array.from({ length: 11 }, () => order("s", {}))))).toMatchObject({ name: "ValidationException", message: expect.stringContaining("Member must have length less than or equal to 10") });
    // As on the original, a bus that is not there takes events too.
    expect(await put(order("s", {}, { EventBusName: "nowhere" }))).toMatchObject({ FailedEntryCount: 0 });
  });
});

describe("a rule", () => {
  test("is made, shown, switched off and on, tagged, and goes when its targets are gone", async () => {
    const url = await queue("ruled");
    const Name = "life";
    const RuleArn = await rule(Name, { source: ["life"] }, [{ Id: "b", Arn: queueArn("ruled") }, { Id: "a", Arn: queueArn("ruled"), InputPath: "$.detail" }]);
    expect(RuleArn).toBe(`arn:aws:events:us-east-1:${ACCOUNT}:rule/life`);
    expect(await events.send(new DescribeRuleCommand({ Name }))).toMatchObject({ Name, Arn: RuleArn, EventPattern: '{"source":["life"]}', State: "ENABLED", EventBusName: "default", CreatedBy: ACCOUNT });
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: Name, Limit: 1 }))).Targets).toEqual([{ Id: "a", Arn: queueArn("ruled"), InputPath: "$.detail" }]);
    const { NextToken } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, Limit: 1 }));
    expect(await events.send(new ListTargetsByRuleCommand({ Rule: Name, Limit: 1, NextToken }))).toMatchObject({ Targets: [{ Id: "b" }] });
    expect((await events.send(new ListRuleNamesByTargetCommand({ TargetArn: queueArn("ruled") }))).RuleNames).toEqual([Name]);
    await events.send(new DisableRuleCommand({ Name }));
    await put(order("life", { n: 1 }));
    expect((await events.send(new ListRulesCommand({ NamePrefix: "lif" }))).Rules).toMatchObject([{ Name, State: "DISABLED" }]);
    await events.send(new EnableRuleCommand({ Name }));
    await put(order("life", { n: 2 }));
    expect(await bodies(url)).toContainEqual({ n: 2 });
    await events.send(new PutRuleCommand({ Name, EventPattern: '{"source":["else"]}', Description: "new" }));
    expect(await events.send(new DescribeRuleCommand({ Name }))).toMatchObject({ EventPattern: '{"source":["else"]}', Description: "new" });
    await events.send(new TagResourceCommand({ ResourceARN: RuleArn, Tags: [{ Key: "a", Value: "1" }, { Key: "b", Value: "2" }] }));
    await events.send(new UntagResourceCommand({ ResourceARN: RuleArn, TagKeys: ["a"] }));
    expect((await events.send(new ListTagsForResourceCommand({ ResourceARN: RuleArn }))).Tags).toEqual([{ Key: "b", Value: "2" }]);
    expect(await failure(events.send(new DeleteRuleCommand({ Name })))).toMatchObject({ name: "ValidationException", message: "Rule can't be deleted since it has targets." });
    expect(await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ["a", "c"] }))).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: "c", ErrorCode: "ResourceNotFoundException" }] });
    await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ["b"] }));
    await events.send(new DeleteRuleCommand({ Name }));
    await events.send(new DeleteRuleCommand({ Name }));
    expect(await failure(events.send(new DescribeRuleCommand({ Name })))).toMatchObject({ name: "ResourceNotFoundException", status: 400, message: "Rule life does not exist on EventBus default." });
  });

  const target = (more: Partial<Target>) => new PutTargetsCommand({ Rule: "any", Targets: [{ Id: "t", Arn: queueArn("q"), ...more }] });
  test.each([
    ["neither pattern nor schedule", new PutRuleCommand({ Name: "r" }), "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."],
    ["a pattern that is none", new PutRuleCommand({ Name: "r", EventPattern: '{"source":"x"}' }), "InvalidEventPatternException", /^Event pattern is not valid. Reason: /],
    ["a schedule that is none", new PutRuleCommand({ Name: "r", ScheduleExpression: "rate(1 minutes)" }), "ValidationException", "Parameter ScheduleExpression is not valid."],
    ["a schedule elsewhere", new PutRuleCommand({ Name: "r", ScheduleExpression: "rate(1 minute)", EventBusName: "other" }), "ValidationException", "ScheduleExpression is supported only on the default event bus."],
    ["a bus nobody has", new PutRuleCommand({ Name: "r", EventPattern: '{"source":["x"]}', EventBusName: "nobody" }), "ResourceNotFoundException", "Event bus nobody does not exist."],
    ["a name that is none", new PutRuleCommand({ Name: "a b", EventPattern: '{"source":["x"]}' }), "ValidationException", /failed to satisfy constraint/],
    ["management events", new PutRuleCommand({ Name: "r", EventPattern: '{"source":["x"]}', State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" }), "NotImplemented", /ENABLED_WITH_ALL/],
    ["targets of a rule nobody has", new PutTargetsCommand({ Rule: "nobody", Targets: [{ Id: "t", Arn: queueArn("q") }] }), "ResourceNotFoundException", "Rule nobody does not exist on EventBus default."],
    ["a sixth target", new PutTargetsCommand({ Rule: "any", Targets: [1, 2, 3, 4, 5, 6].map((n) => ({ Id: `t${n}`, Arn: queueArn("q") })) }), "LimitExceededException", "The requested resource exceeds the maximum number allowed."],
    ["a target that is no ARN", target({ Arn: "queue" }), "ValidationException", "Parameter queue is not valid. Reason: Provided Arn is not in correct format."],
    ["a target that is not here", target({ Arn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m` }), "NotImplemented", "A target of states is not implemented."],
    ["a FIFO queue without a group", target({ Arn: queueArn("q.fifo") }), "ValidationException", "Parameter(s) SqsParameters must be specified for target: t."],
    ["two inputs", target({ Input: "1", InputPath: "$" }), "ValidationException", "Only one of Input, InputPath, or InputTransformer must be provided for target t."],
    ["an input that is no JSON", target({ Input: "{" }), "ValidationException", "JSON syntax error in input for target t"],
    ["a path that is none", target({ InputPath: "detail" }), "ValidationException", /InputPath is not valid/],
    ["a placeholder that is none", target({ InputTransformer: { InputPathsMap: { a: "$.a" }, InputTemplate: "<b>" } }), "ValidationException", "InputTemplate for target t contains invalid placeholder b."],
    ["parameters that would not act", target({ HttpParameters: { PathParameterValues: ["x"] } }), "NotImplemented", "HttpParameters of targets is not implemented."],
    ["a dead-letter queue in order", target({ DeadLetterConfig: { Arn: queueArn("q.fifo") } }), "ValidationException", /DeadLetterConfig.Arn is not valid/],
    ["targets to be listed of nobody", new ListTargetsByRuleCommand({ Rule: "nobody" }), "ResourceNotFoundException", "Rule nobody does not exist on EventBus default."],
    ["a rule to be enabled that nobody has", new EnableRuleCommand({ Name: "nobody" }), "ResourceNotFoundException", "Rule nobody does not exist on EventBus default."],
    ["a page nobody was at", new ListRulesCommand({ NextToken: "???" }), "ValidationException", "NextToken is not valid."],
  ] as const)("is refused with %s", async (_what, command, name, message) => {
    await events.send(new PutRuleCommand({ Name: "any", EventPattern: '{"source":["any"]}' }));
    await events.send(new CreateEventBusCommand({ Name: "other" })).catch(() => undefined);
    expect(await failure(events.send(command as PutRuleCommand))).toMatchObject({ name, message: typeof message === "string" ? message : expect.stringMatching(message) });
  });

  test("is tried before it is made", async () => {
    const Event = JSON.stringify({ id: "1", account: ACCOUNT, source: "s", time: "2026-01-01T00:00:00Z", region: "us-east-1", resources: [], "detail-type": "t", detail: { n: 300 } });
    const judge = (pattern: object, event = Event) => events.send(new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: event }));
    expect((await judge({ detail: { n: [{ numeric: ["<", 301] }] } })).Result).toBe(true);
    expect((await judge({ detail: { n: ["300"] } })).Result).toBe(false);
    expect(await failure(judge({ source: ["s"] }, "{}"))).toMatchObject({ name: "ValidationException" });
    expect(await failure(judge({ source: "s" }))).toMatchObject({ name: "InvalidEventPatternException" });
  });
});

describe("a bus", () => {
  test("is made, described, listed and deleted, once it has no rules", async () => {
    const Name = "own";
    expect(await events.send(new CreateEventBusCommand({ Name, Description: "mine", Tags: [{ Key: "k", Value: "v" }] }))).toMatchObject({ EventBusArn: busArn(Name) });
    expect(await failure(events.send(new CreateEventBusCommand({ Name })))).toMatchObject({ name: "ResourceAlreadyExistsException", message: "Event bus own already exists." });
    await events.send(new UpdateEventBusCommand({ Name, Description: "ours" }));
    expect(await events.send(new DescribeEventBusCommand({ Name }))).toMatchObject({ Name, Arn: busArn(Name), Description: "ours", CreationTime: expect.any(Date) });
    expect(await events.send(new DescribeEventBusCommand({}))).toMatchObject({ Name: "default", Arn: busArn("default") });
    expect((await events.send(new ListEventBusesCommand({}))).EventBuses?.map((bus) => bus.Name)).toEqual(expect.arrayContaining(["default", Name]));
    expect((await events.send(new ListTagsForResourceCommand({ ResourceARN: busArn(Name) }))).Tags).toEqual([{ Key: "k", Value: "v" }]);
    const url = await queue("own");
    expect(await rule("of-own", { source: ["own"] }, [{ Id: "q", Arn: queueArn("own") }], Name)).toBe(`arn:aws:events:us-east-1:${ACCOUNT}:rule/own/of-own`);
    await put(order("own", { n: 1 }), order("own", { n: 2 }, { EventBusName: busArn(Name) }));
    expect(await bodies(url)).toEqual([expect.objectContaining({ detail: { n: 2 } })]);
    expect(await failure(events.send(new DeleteEventBusCommand({ Name })))).toMatchObject({ name: "ValidationException", message: "Event bus can't be deleted since it has rules." });
    await events.send(new DeleteRuleCommand({ Name: "of-own", EventBusName: Name, Force: true }));
    await events.send(new DeleteEventBusCommand({ Name }));
    expect(await failure(events.send(new DescribeEventBusCommand({ Name })))).toMatchObject({ name: "ResourceNotFoundException", message: "Event bus own does not exist." });
    expect(await failure(events.send(new DeleteEventBusCommand({ Name: "default" })))).toMatchObject({ name: "ValidationException", message: "Cannot delete event bus default." });
  });

  test("takes events of another account only as its policy says", async () => {
    const url = await queue("guests");
    await rule("guests", { source: ["guest"] }, [{ Id: "q", Arn: queueArn("guests") }]);
    const guest = new EventBridgeClient(settings(cloud.endpoint, "111111111111"));
    const send = () => guest.send(new PutEventsCommand({ Entries: [order("guest", {}, { EventBusName: busArn("default") })] }));
    expect(await failure(send())).toMatchObject({ name: "AccessDeniedException" });
    await events.send(new PutPermissionCommand({ Action: "events:PutEvents", Principal: "111111111111", StatementId: "guest" }));
    await send();
    expect(await bodies(url)).toMatchObject([{ account: "111111111111" }]);
    expect(JSON.parse((await events.send(new DescribeEventBusCommand({}))).Policy ?? "")).toMatchObject({ Statement: [{ Sid: "guest", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Resource: busArn("default") }] });
    await events.send(new RemovePermissionCommand({ StatementId: "guest" }));
    expect(await failure(send())).toMatchObject({ name: "AccessDeniedException" });
    expect(await failure(events.send(new RemovePermissionCommand({ StatementId: "guest" })))).toMatchObject({ name: "ResourceNotFoundException", message: "EventBus does not have a policy." });
  });
});

test("boto3 makes a rule and puts an event", async (context) => {
  if (!(await has("python3", "-c", "import boto3"))) return context.skip("boto3 is not installed");
  const url = await queue("boto");
  const script = `
import boto3, json
events = boto3.client('events')
events.put_rule(Name='boto', EventPattern=json.dumps({'source': ['boto']}))
print(events.put_targets(Rule='boto', Targets=[{'Id': 'q', 'Arn': '${queueArn("boto")}'}])['FailedEntryCount'])
print(events.put_events(Entries=[{'Source': 'boto', 'DetailType': 't', 'Detail': '{"n": 1.50}'}])['FailedEntryCount'])
try:
    events.describe_rule(Name='nobody')
except events.exceptions.ResourceNotFoundException as error:
    print(error.response['Error']['Message'])
`;
  const { stdout } = await run("python3", ["-c", script], { env: cloud.env });
  expect(stdout.trim().split("\n")).toEqual(["0", "0", "Rule nobody does not exist on EventBus default."]);
  // Numbers come as they were written.
  expect((await receive(url))[0]?.Body).toContain('"detail":{"n": 1.50}');
});

test("the AWS CLI makes a scheduled rule", async (context) => {
  if (!(await has("aws", "--version"))) return context.skip("the AWS CLI is not installed");
  const aws = async (...args: readonly string[]): Promise<unknown> => JSON.parse((await run("aws", ["events", ...args, "--endpoint-url", cloud.endpoint, "--output", "json"], { env: cloud.env })).stdout || "null");
  expect(await aws("put-rule", "--name", "nightly", "--schedule-expression", "cron(0 3 * * ? *)")).toEqual({ RuleArn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/nightly` });
  expect(await aws("put-targets", "--rule", "nightly", "--targets", `Id=q,Arn=${queueArn("boto")}`)).toMatchObject({ FailedEntryCount: 0 });
  expect(await aws("list-rules", "--name-prefix", "night")).toMatchObject({ Rules: [{ Name: "nightly", ScheduleExpression: "cron(0 3 * * ? *)", State: "ENABLED" }] });
});
