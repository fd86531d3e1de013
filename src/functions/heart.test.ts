import { ChildProcess } from "node:child_process";
import { queryObjects } from "node:v8";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHeart, scope, type TestHeart } from "../../test/open-test-heart.ts";

/** Tells instances apart and counts their events. */
const counter = `
  const born = Math.random();
  let count = 0;
  export const handler = async (event) => {
    console.log("hello", event.word ?? "");
    if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
    return { born, count: ++count };
  };
`;

describe("an invocation", () => {
  let on: TestHeart;
  beforeAll(async () => {
    on = await openTestHeart();
  });
  afterAll(() => on[Symbol.asyncDispose]());
  const payloadOf = async (...args: Parameters<TestHeart["invoke"]>) => {
    const result = await on.invoke(...args);
    return { ...result, payload: JSON.parse(Buffer.from(result.payload).toString()) as unknown };
  };

  test("boots an instance, reuses it, and tells so in its report", async () => {
    const ref = await on.deploy("counter", { "index.mjs": counter });
    const cold = await payloadOf(ref, { word: "cold" }, { requestId: "11111111-1111-4111-8111-111111111111", logTail: true });
    expect(cold).toMatchObject({ payload: { count: 1 }, functionError: undefined, executedVersion: "$LATEST" });
    expect(cold.initMs).toBeGreaterThan(0);
    expect(cold.billedMs).toBe(Math.ceil(cold.durationMs + (cold.initMs ?? 0)));
    expect(cold.memoryPeakMb).toBeGreaterThan(1);
    const tail = Buffer.from(cold.logTail ?? []).toString();
    expect(tail).toMatch(
      /^START RequestId: 1{8}-\S+ Version: \$LATEST\n[^\n]*\tINFO\thello cold\nEND RequestId: 1{8}-\S+\nREPORT RequestId: 1{8}-\S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\tStart: (pool|fresh), sandbox [\d.]+ ms, runtime [\d.]+ ms, code [\d.]+ ms\t\n$/,
    );
    const warm = await payloadOf(ref, {}, { logTail: true });
    expect(warm).toMatchObject({ payload: { ...(cold.payload as object), count: 2 }, initMs: undefined });
    expect(Buffer.from(warm.logTail ?? []).toString()).not.toContain("Init Duration");
    expect(on.lines[0]).toMatch(/^INIT_START Runtime Version: nodejs:/);
    expect([...on.streams]).toEqual([expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)]);
  });

  test("gets a new instance when the old one may outlive its credentials", async () => {
    await using old = await openTestHeart({ limits: { ageMsMax: -1 } });
    const ref = await old.deploy("aged", { "index.mjs": counter });
    expect(await old.call(ref)).toMatchObject({ count: 1 });
    expect(await old.call(ref)).toMatchObject({ count: 1 });
  });

  test("moves to the new version as soon as it is there; the old one finishes its work", async () => {
    const ref = await on.deploy("moving", { "index.mjs": counter });
    const first = (await on.call(ref)) as { born: number };
    const slow = on.call(ref, { sleepMs: 300 });
    await on.deploy("moving", { "index.mjs": "export const handler = async () => 'new';" });
    expect(await on.call(ref)).toBe("new");
    expect(await slow).toMatchObject({ born: first.born, count: 2 });
    await on.heart.registry.update(ref, { settings: { env: { WORD: "1" } } });
    expect(await on.call(ref)).toBe("new");
  });

  test("sees the environment and the context that were promised", async () => {
    const ref = await on.deploy("context", {
      "index.mjs": "export const handler = async (event, context) => ({ env: process.env, arn: context.invokedFunctionArn, id: context.awsRequestId, left: context.getRemainingTimeInMillis(), stream: context.logStreamName });",
    }, { env: { MINE: "yes" } });
    const answer = (await on.call(ref)) as { env: Record<string, string>; arn: string; left: number; stream: string };
    expect(answer.env).toMatchObject({ MINE: "yes", AWS_LAMBDA_FUNCTION_NAME: "context", AWS_ACCESS_KEY_ID: "AKIATEST", AWS_ENDPOINT_URL: "http://127.0.0.1:1", TZ: ":UTC" });
    expect(answer).toMatchObject({ arn: "arn:aws:lambda:us-east-1:000000000000:function:context", stream: answer.env["AWS_LAMBDA_LOG_STREAM_NAME"] });
    expect(answer.left).toBeGreaterThan(3000);
  });

  test("that times out is ended; /tmp survives, memory does not", async () => {
    const ref = await on.deploy("slow", {
      "index.mjs": `
        import { existsSync, writeFileSync } from "node:fs";
        let count = 0;
        export const handler = async (event) => {
          count++;
          const had = existsSync("/tmp/mark");
          writeFileSync("/tmp/mark", "1");
          if (event.hang) await new Promise(() => setInterval(() => {}, 1000));
          return { count, had };
        };`,
    }, { timeoutMs: 3000 });
    expect(await on.call(ref)).toEqual({ count: 1, had: false });
    const timedOut = await payloadOf(ref, { hang: true }, { requestId: "22222222-2222-4222-8222-222222222222", logTail: true });
    expect(timedOut).toMatchObject({
      functionError: "Unhandled", durationMs: 3000,
      payload: { errorType: "Sandbox.Timedout", errorMessage: "RequestId: 22222222-2222-4222-8222-222222222222 Error: Task timed out after 3.00 seconds" },
    });
    expect(Buffer.from(timedOut.logTail ?? []).toString()).toMatch(/\tDuration: 3000\.00 ms\t.*\tStatus: timeout\n$/);
    const next = await payloadOf(ref);
    expect(next).toMatchObject({ payload: { count: 1, had: true }, initMs: undefined });
  });

  test("that crashes again and again leaves nothing of its former programs in the server's memory", async () => {
    const ref = await on.deploy("crashing", { "index.mjs": "export const handler = async () => process.exit(1);" });
    const programs = (): number => queryObjects(ChildProcess, { format: "count" });
    await on.invoke(ref);
    const before = programs();
    for (let crash = 0; crash < 12; crash++) expect((await on.invoke(ref)).functionError).toBe("Unhandled");
    // Sandboxes made ahead come and go.
    await expect.poll(programs).toBeLessThan(before + 6);
  });

  test("that throws keeps its instance; one that exits does not", async () => {
    const ref = await on.deploy("failing", {
      "index.mjs": "let count = 0; export const handler = async (event) => { count++; if (event.exit) process.exit(7); if (event.fail) throw new TypeError('no'); return count; };",
    });
    expect(await payloadOf(ref, { fail: true })).toMatchObject({ functionError: "Unhandled", payload: { errorType: "TypeError", errorMessage: "no" } });
    expect(await on.call(ref)).toBe(2);
    const exited = await payloadOf(ref, { exit: true }, { requestId: "33333333-3333-4333-8333-333333333333", logTail: true });
    expect(exited).toMatchObject({
      functionError: "Unhandled", payload: { errorType: "Runtime.ExitError", errorMessage: "RequestId: 33333333-3333-4333-8333-333333333333 Error: Runtime exited with error: exit status 7" },
    });
    expect(Buffer.from(exited.logTail ?? []).toString()).toContain("\tStatus: error\tError Type: Runtime.ExitError\n");
    expect(await on.call(ref)).toBe(1);
  });

  test("of a function that can not start gets the reason, each time anew", async () => {
    const broken = await on.deploy("broken", { "index.mjs": "throw new RangeError('at the start');" });
    for (let round = 0; round < 2; round++)
      expect(await payloadOf(broken, {}, { logTail: true })).toMatchObject({ functionError: "Unhandled", payload: { errorType: "RangeError", errorMessage: "at the start" } });
    const missing = await on.deploy("missing", { "other.mjs": "" });
    expect(await payloadOf(missing)).toMatchObject({ payload: { errorType: "Runtime.ImportModuleError" } });
    const bare = await on.deploy("bare", { "readme.txt": "no bootstrap" }, { runtime: "provided.al2023" });
    expect(await payloadOf(bare)).toMatchObject({ payload: { errorType: "Runtime.InvalidEntrypoint" } });
    expect(on.lines.filter((line) => line.startsWith("INIT_REPORT")).join("")).toMatch(/Phase: init\tStatus: error\tError Type: \S+\n/);
  });

  test("that starts too slowly starts again within its own time", async () => {
    await using slowStart = await openTestHeart({ limits: { initTimeoutMs: 300 } });
    const patient = await slowStart.deploy("patient", { "index.mjs": "await new Promise((resolve) => setTimeout(resolve, 700)); export const handler = async () => 'late';" });
    const result = await slowStart.invoke(patient);
    expect(Buffer.from(result.payload).toString()).toBe('"late"');
    expect(result.durationMs).toBeGreaterThan(600);
    expect(slowStart.lines.join("")).toMatch(/INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: timeout\n/);
    const hasty = await slowStart.deploy("hasty", { "index.mjs": "await new Promise(() => setInterval(() => {}, 9)); export const handler = 1;" }, { timeoutMs: 1000 });
    const timedOut = await slowStart.invoke(hasty);
    expect(Buffer.from(timedOut.payload).toString()).toContain("Task timed out after 1.00 seconds");
  });

  test("beyond the account's concurrency is refused with the reason", async () => {
    await using small = await openTestHeart({ limits: { accountConcurrencyMax: 2 } });
    const ref = await small.deploy("counter", { "index.mjs": counter });
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => small.invoke(ref, { sleepMs: 300 })));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(outcomes.find((outcome) => outcome.status === "rejected")?.reason).toMatchObject({
      code: "TooManyRequestsException", status: 429, message: "Rate Exceeded.", members: { Reason: "ConcurrentInvocationLimitExceeded", Type: "User" },
    });
  });

  test("waits for memory, evicting what is idle, and is throttled when none comes free", async () => {
    await using tight = await openTestHeart({ limits: { memoryBudgetMb: 260, waitMsMax: 400 } });
    const [a, b] = [await tight.deploy("a", { "index.mjs": counter }), await tight.deploy("b", { "index.mjs": counter })];
    await tight.call(a);
    await tight.call(b);
    expect(tight.heart.status()).toEqual({ instances: 1, busy: 0 });
    const busy = tight.invoke(a, { sleepMs: 900 });
    await expect(tight.invoke(b)).rejects.toMatchObject({ code: "TooManyRequestsException" });
    await busy;
    expect(await tight.call(b)).toMatchObject({ count: 1 });
  });

  test("takes the place of what has been idle longest when there are as many instances as there may be", async () => {
    await using few = await openTestHeart({ limits: { instancesMax: 2 } });
    const [a, b, c] = [await few.deploy("a", { "index.mjs": counter }), await few.deploy("b", { "index.mjs": counter }), await few.deploy("c", { "index.mjs": counter })];
    for (const ref of [a, b, c]) await few.call(ref);
    expect(few.heart.status()).toEqual({ instances: 2, busy: 0 });
    expect([await few.call(b), await few.call(a)]).toMatchObject([{ count: 2 }, { count: 1 }]);
    expect((await few.heart.figures()).memory).toEqual({ chargedMb: expect.any(Number), budgetMb: expect.any(Number) });
  });

  test("finds its instance frozen or gone after idling", async () => {
    await using brief = await openTestHeart({ limits: { freezeAfterMs: 20, evictAfterMs: 600 } });
    const ref = await brief.deploy("counter", { "index.mjs": counter });
    const first = await brief.call(ref);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await brief.call(ref)).toEqual({ ...(first as object), count: 2 });
    await expect.poll(() => brief.heart.status().instances, { timeout: 20_000 }).toBe(0);
    expect(brief.told).toEqual([]);
  });

  test("needs a function, and a runtime that is there", async () => {
    await expect(on.invoke({ ...scope, name: "nobody" })).rejects.toMatchObject({ code: "ResourceNotFoundException", message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody" });
    const cobol = await on.deploy("cobol", { "a.cob": "" }, { runtime: "cobol60.x" });
    await expect(on.invoke(cobol)).rejects.toMatchObject({ code: "InvalidRuntimeException" });
  });

  test("is metered, in groups, after the answer", async () => {
    await using metered = await openTestHeart();
    const ref = await metered.deploy("counter", { "index.mjs": counter });
    const { requestId, billedMs } = await metered.invoke(ref);
    await metered.heart.drain(AbortSignal.timeout(5000));
    const [record] = await metered.engine.log.read("usage/000000000000", 0, 10);
    expect(record?.data).toMatchObject({ function: "counter", version: "$LATEST", requestId: [requestId], billedMs: [billedMs], memoryMB: 256, status: ["success"], trigger: ["invoke"], bytesIn: [2] });
  });
});

describe("permission to invoke", () => {
  test("is what the function's policy says", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("thumbs", { "index.mjs": counter });
    const s3 = { service: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::pictures", sourceAccount: scope.account };
    expect(await on.heart.mayInvoke(ref, s3)).toBe(false);
    await on.heart.registry.change(ref, () => ({ policies: { $LATEST: {
      revisionId: "1",
      statements: [{ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:us-east-1:000000000000:function:thumbs", Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::pictures" } } }],
    } } }));
    expect(await on.heart.mayInvoke(ref, s3)).toBe(true);
    expect(await on.heart.mayInvoke(ref, { ...s3, sourceArn: "arn:aws:s3:::others" })).toBe(false);
    expect(await on.heart.mayInvoke({ ...ref, name: "nobody" }, s3)).toBe(false);
  });
});
