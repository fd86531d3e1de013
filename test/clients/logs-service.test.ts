import {
  CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, DeleteLogGroupCommand, DeleteLogStreamCommand, DeleteRetentionPolicyCommand, DescribeLogGroupsCommand,
  DescribeLogStreamsCommand, FilterLogEventsCommand, GetLogEventsCommand, ListTagsForResourceCommand, ListTagsLogGroupCommand, PutLogEventsCommand, PutRetentionPolicyCommand,
  TagLogGroupCommand, TagResourceCommand, UntagLogGroupCommand, UntagResourceCommand, type FilteredLogEvent, type LogGroup,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failure } from "./s3-harness.ts";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

let cloud: SmallCloud;
let client: CloudWatchLogsClient;
let logGroupName: string;
let serial = 0;
const now = Date.now();

beforeAll(async () => {
  cloud = await openSmallCloud();
  client = new CloudWatchLogsClient(cloud.settings);
});

afterAll(async () => {
  client.destroy();
  await cloud[Symbol.asyncDispose]();
});

beforeEach(async () => {
  logGroupName = `/test/${++serial}`;
  await client.send(new CreateLogGroupCommand({ logGroupName, tags: { made: "here" } }));
});

const put = (logStreamName: string, ...events: readonly (readonly [number, string])[]) =>
  client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: events.map(([timestamp, message]) => ({ timestamp, message })) }));

async function stream(logStreamName: string, ...messages: readonly string[]): Promise<string> {
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  if (messages.length > 0) await put(logStreamName, ...messages.map((message, n) => [now - 10_000 + n, message] as const));
  return logStreamName;
}

const found = async (filterPattern: string): Promise<(string | undefined)[]> => ((await client.send(new FilterLogEventsCommand({ logGroupName, filterPattern }))).events ?? []).map(({ message }) => message);

describe("groups", () => {
  it("are described with all the members of the original", async () => {
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    expect(logGroups).toEqual([
      {
        logGroupName, creationTime: expect.any(Number), metricFilterCount: 0, storedBytes: 0, logGroupClass: "STANDARD",
        arn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*`, logGroupArn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`,
      },
    ]);
  });

  it("are refused twice, and unknown ones are missed, in the original's words", async () => {
    expect(await failure(client.send(new CreateLogGroupCommand({ logGroupName })))).toMatchObject({ name: "ResourceAlreadyExistsException", message: "The specified log group already exists", status: 400 });
    for (const call of [
      () => client.send(new DeleteLogGroupCommand({ logGroupName: "nope" })),
      () => client.send(new CreateLogStreamCommand({ logGroupName: "nope", logStreamName: "s" })),
      () => client.send(new DescribeLogStreamsCommand({ logGroupName: "nope" })),
      () => client.send(new GetLogEventsCommand({ logGroupName: "nope", logStreamName: "s" })),
      () => client.send(new FilterLogEventsCommand({ logGroupName: "nope" })),
      () => client.send(new PutRetentionPolicyCommand({ logGroupName: "nope", retentionInDays: 1 })),
      () => client.send(new DeleteRetentionPolicyCommand({ logGroupName: "nope" })),
      () => client.send(new ListTagsLogGroupCommand({ logGroupName: "nope" })),
      () => client.send(new TagLogGroupCommand({ logGroupName: "nope", tags: { a: "b" } })),
    ]) expect(await failure(call())).toMatchObject({ name: "ResourceNotFoundException", message: "The specified log group does not exist.", status: 400 });
  });

  it("refuse settings that would do nothing, and bad names", async () => {
    const refused = async (input: ConstructorParameters<typeof CreateLogGroupCommand>[0]) => failure(client.send(new CreateLogGroupCommand(input)));
    expect(await refused({ logGroupName: "k", kmsKeyId: "arn:aws:kms:us-east-1:000000000000:key/1" })).toMatchObject({ name: "InvalidParameterException", message: expect.stringContaining("kmsKeyId") });
    expect(await refused({ logGroupName: "k", logGroupClass: "INFREQUENT_ACCESS" })).toMatchObject({ name: "InvalidParameterException", message: expect.stringContaining("INFREQUENT_ACCESS") });
    expect(await refused({ logGroupName: "k", deletionProtectionEnabled: true })).toMatchObject({ message: expect.stringContaining("deletionProtectionEnabled") });
    expect(await refused({ logGroupName: "aws/x" })).toMatchObject({ message: "Log groups starting with AWS/ are reserved for AWS." });
    expect(await refused({ logGroupName: "has space" })).toMatchObject({
      name: "InvalidParameterException", message: "1 validation error detected: Value 'has space' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    });
  });

  it("are listed in pages, by prefix and by a piece of the name", async () => {
    for (const n of [1, 2, 3]) await client.send(new CreateLogGroupCommand({ logGroupName: `${logGroupName}/Page-${n}` }));
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page: { logGroups?: LogGroup[]; nextToken?: string } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `${logGroupName}/`, limit: 2, nextToken }));
      names.push(...(page.logGroups ?? []).map((group) => group.logGroupName ?? ""));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(names).toEqual([1, 2, 3].map((n) => `${logGroupName}/Page-${n}`));
    const piece = await client.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "page-2" }));
    expect(piece.logGroups?.map((group) => group.logGroupName)).toEqual([`${logGroupName}/Page-2`]);
    const both = client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "a", logGroupNamePattern: "b" }));
    expect(await failure(both)).toMatchObject({ name: "InvalidParameterException", message: "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters." });
  });

  it("keep tags, by both generations of operations", async () => {
    const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
    await client.send(new TagResourceCommand({ resourceArn, tags: { a: "1", b: "2" } }));
    await client.send(new TagLogGroupCommand({ logGroupName, tags: { c: "3" } }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ made: "here", a: "1", b: "2", c: "3" });
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a", "none"] }));
    await client.send(new UntagLogGroupCommand({ logGroupName, tags: ["b"] }));
    expect((await client.send(new ListTagsLogGroupCommand({ logGroupName }))).tags).toEqual({ made: "here", c: "3" });
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`k${n}`, "v"]));
    expect(await failure(client.send(new TagResourceCommand({ resourceArn, tags: many })))).toMatchObject({ name: "TooManyTagsException" });
    expect(await failure(client.send(new TagResourceCommand({ resourceArn: "arn:aws:s3:::bucket", tags: { a: "b" } })))).toMatchObject({ name: "InvalidParameterException" });
  });

  it("take only the retention periods of the original, and expire by them", async () => {
    await stream("s", "young");
    await put("s", [now - 3 * 86_400_000, "old"]);
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
    expect((await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }))).logGroups?.[0]).toMatchObject({ retentionInDays: 1 });
    expect(await found("")).toEqual(["young"]);
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    expect(await found("")).toEqual(["old", "young"]);
    expect(await failure(client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })))).toMatchObject({
      name: "InvalidParameterException", message: expect.stringMatching(/^1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: \[1, 3, 5,/),
    });
  });

  it("take their streams and events with them", async () => {
    await stream("s", "gone");
    await client.send(new DeleteLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    expect((await client.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams).toEqual([]);
  });
});

describe("streams", () => {
  it("tell when their events were", async () => {
    await stream("s", "a", "b");
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupIdentifier: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}` }));
    expect(logStreams).toEqual([
      {
        logStreamName: "s", creationTime: expect.any(Number), firstEventTimestamp: now - 10_000, lastEventTimestamp: now - 9_999, lastIngestionTime: expect.any(Number),
        uploadSequenceToken: expect.stringMatching(/^\d{56}$/), arn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:log-stream:s`, storedBytes: 0,
      },
    ]);
  });

  it("are listed by name and by last event, both ways, in pages", async () => {
    for (const [index, name] of ["c", "a", "b"].entries()) {
      await stream(name);
      await put(name, [now - 1000 * index, "x"]);
    }
    await stream("d");
    const names = async (input: { orderBy?: "LogStreamName" | "LastEventTime"; descending?: boolean }): Promise<string[]> => {
      const all: string[] = [];
      let nextToken: string | undefined;
      do {
        const page: { logStreams?: { logStreamName?: string }[]; nextToken?: string } = await client.send(new DescribeLogStreamsCommand({ logGroupName, limit: 2, nextToken, ...input }));
        all.push(...(page.logStreams ?? []).map(({ logStreamName = "" }) => logStreamName));
        nextToken = page.nextToken;
      } while (nextToken);
      return all;
    };
    expect(await names({})).toEqual(["a", "b", "c", "d"]);
    expect(await names({ descending: true })).toEqual(["d", "c", "b", "a"]);
    expect(await names({ orderBy: "LastEventTime", descending: true })).toEqual(["c", "a", "b", "d"]);
    expect(await names({ orderBy: "LastEventTime" })).toEqual(["d", "b", "a", "c"]);
    expect(await failure(client.send(new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", logStreamNamePrefix: "a" })))).toMatchObject({
      name: "InvalidParameterException", message: "Cannot order by LastEventTime with a logStreamNamePrefix.",
    });
  });

  it("are refused twice, missed when unknown, and deleted", async () => {
    await stream("s");
    expect(await failure(client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" })))).toMatchObject({ name: "ResourceAlreadyExistsException", message: "The specified log stream already exists" });
    await client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: "s" }));
    for (const call of [
      () => client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: "s" })),
      () => put("s", [now, "x"]),
      () => client.send(new GetLogEventsCommand({ logGroupName, logStreamName: "s" })),
      () => client.send(new FilterLogEventsCommand({ logGroupName, logStreamNames: ["s"] })),
    ]) expect(await failure(call())).toMatchObject({ name: "ResourceNotFoundException", message: "The specified log stream does not exist." });
  });
});

describe("PutLogEvents", () => {
  it("leaves out what is too old or too new and says where", async () => {
    await stream("s");
    const day = 86_400_000;
    const old = await put("s", [now - 14 * day - 5_000_000, "too old"], [now - 14 * day + 600_000, "just right"]);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const early = await put("s", [now, "fine"], [now + 3 * 3_600_000, "too new"]);
    expect(early).toMatchObject({ nextSequenceToken: expect.stringMatching(/^\d{56}$/), rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 } });
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
    expect((await put("s", [now - 2 * day, "expired"])).rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    expect(await found("")).toEqual(["just right", "fine"]);
  });

  it("refuses disorder, excess and long spans", async () => {
    await stream("s");
    const refused = async (...events: readonly (readonly [number, string])[]) => (await failure(put("s", ...events))).message;
    expect(await refused([now, "b"], [now - 1, "a"])).toBe("Log events in a single PutLogEvents request must be in chronological order.");
    expect(await refused([now - 25 * 3_600_000, "a"], [now, "b"])).toBe("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    expect(await refused([now, "x".repeat(600_000)], [now, "y".repeat(600_000)])).toBe("Upload too large: 1200052 bytes exceeds limit of 1048576");
    expect(await refused([now, "x".repeat(1_048_576)])).toBe("Log event too large: 1048602 bytes exceeds limit of 1048576");
    expect(await found("")).toEqual([]);
  });

  it("takes a token nobody needs and rejects an entity it does not keep", async () => {
    await stream("s");
    const answer = await client.send(new PutLogEventsCommand({
      logGroupName, logStreamName: "s", sequenceToken: "whatever", logEvents: [{ timestamp: now, message: "x" }], entity: { keyAttributes: { Type: "Service", Name: "n", Environment: "e" } },
    }));
    expect(answer.rejectedEntityInfo).toEqual({ errorType: "UnsupportedLogGroupType" });
    expect(await found("")).toEqual(["x"]);
  });
});

describe("GetLogEvents", () => {
  const read = (input: Partial<ConstructorParameters<typeof GetLogEventsCommand>[0]>) => client.send(new GetLogEventsCommand({ logGroupName, logStreamName: "s", ...input }));

  it("walks forward from the head to an end that answers its own token, and on when more comes", async () => {
    await stream("s", ...Array.from({ length: 25 }, (_, n) => `m${n}`));
    const seen: string[] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await read({ startFromHead: true, limit: 10, nextToken });
      seen.push(...(page.events ?? []).map(({ message = "" }) => message));
      if (page.nextForwardToken === nextToken) break;
      nextToken = page.nextForwardToken;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `m${n}`));
    await put("s", [now, "later"]);
    expect((await read({ nextToken })).events?.map(({ message }) => message)).toEqual(["later"]);
  });

  it("answers the tail by default and walks backward", async () => {
    await stream("s", ...Array.from({ length: 25 }, (_, n) => `m${n}`));
    const tail = await read({ limit: 10 });
    expect(tail.events?.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, n) => `m${n + 15}`));
    expect(tail.events?.[0]).toEqual({ timestamp: now - 10_000 + 15, message: "m15", ingestionTime: expect.any(Number) });
    const before = await read({ limit: 10, nextToken: tail.nextBackwardToken });
    expect(before.events?.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, n) => `m${n + 5}`));
    const window = await read({ startTime: now - 10_000 + 3, endTime: now - 10_000 + 5, startFromHead: true });
    expect(window.events?.map(({ message }) => message)).toEqual(["m3", "m4"]);
  });

  it("follows an empty stream", async () => {
    await stream("s");
    const empty = await read({});
    expect(empty.events).toEqual([]);
    await put("s", [now, "first"]);
    expect((await read({ nextToken: empty.nextForwardToken })).events?.map(({ message }) => message)).toEqual(["first"]);
    expect(await failure(read({ nextToken: "nonsense" }))).toMatchObject({ name: "InvalidParameterException", message: "The specified nextToken is invalid." });
  });
});

describe("FilterLogEvents", () => {
  it("merges streams in time order, in pages", async () => {
    for (const name of ["a", "b", "c"]) {
      await stream(name);
      await put(name, ...Array.from({ length: 20 }, (_, n) => [now - 5_000 + n * 7 + name.charCodeAt(0), `${name}${n}`] as const));
    }
    const seen: FilteredLogEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page: { events?: FilteredLogEvent[]; nextToken?: string } = await client.send(new FilterLogEventsCommand({ logGroupName, limit: 7, nextToken, interleaved: true }));
      seen.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(seen.length).toBe(60);
    expect(seen.map(({ timestamp = 0 }) => timestamp)).toEqual(seen.map(({ timestamp = 0 }) => timestamp).sort((x, y) => x - y));
    expect(new Set(seen.map(({ eventId }) => eventId)).size).toBe(60);
    expect(seen[0]).toEqual({ logStreamName: "a", timestamp: expect.any(Number), message: "a0", ingestionTime: expect.any(Number), eventId: expect.stringMatching(/^\d{56}$/) });
    const some = await client.send(new FilterLogEventsCommand({ logGroupName, logStreamNames: ["a", "c"], startTime: now - 5_000 + 97, endTime: now - 5_000 + 104 }));
    expect(some.events?.map(({ message }) => message)).toEqual(["a0", "c0", "a1"]);
    const prefixed = await client.send(new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix: "b", limit: 1 }));
    expect(prefixed.events?.map(({ message }) => message)).toEqual(["b0"]);
  });

  it("speaks the filter language", async () => {
    await stream("s", "[ERROR] disk full", "WARN slow", '{"level":"ERROR","status":503}', "REPORT RequestId: 1");
    expect(await found("ERROR")).toEqual(["[ERROR] disk full", '{"level":"ERROR","status":503}']);
    expect(await found("?WARN ?REPORT")).toEqual(["WARN slow", "REPORT RequestId: 1"]);
    expect(await found('ERROR -"disk full"')).toEqual(['{"level":"ERROR","status":503}']);
    expect(await found('{ $.level = "ERR*" && $.status >= 500 }')).toEqual(['{"level":"ERROR","status":503}']);
    expect(await found("[level=ERROR, ...]")).toEqual(["[ERROR] disk full"]);
    for (const pattern of ['"open', "{ $.a }", "[a", "a:b"]) expect(await failure(client.send(new FilterLogEventsCommand({ logGroupName, filterPattern: pattern })))).toMatchObject({ name: "InvalidParameterException", status: 400 });
  });

  it("keeps its answers within a megabyte", async () => {
    await stream("s");
    for (let n = 0; n < 3; n++) await put("s", [now - 3000 + n, `${n}${"x".repeat(700_000)}`]);
    const first = await client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(first.events?.length).toBe(1);
    const second = await client.send(new FilterLogEventsCommand({ logGroupName, nextToken: first.nextToken }));
    expect(second.events?.[0]?.message?.startsWith("1")).toBe(true);
  });
});
