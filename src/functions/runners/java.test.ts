// What Java functions may do, with the official client and a real virtual machine.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, bootFunction, failure, type Booted } from "../../../test/boot-function.ts";
import { compiledJava, javaClient } from "../../../test/java-client.ts";
import type { Runtime } from "../../ports/runtimes.ts";
import { openRuntimes } from "../../sandboxes/catalog/open.ts";

const SOURCE = `
import com.amazonaws.services.lambda.runtime.*;
import java.io.*;
import java.util.*;

public class App implements RequestHandler<Map<String, Object>, Object> {
  public Object handleRequest(Map<String, Object> event, Context context) {
    context.getLogger().log("logged\\non two lines");
    System.out.println("printed");
    if ("fail".equals(event.get("do"))) throw new IllegalStateException("boom");
    if ("exit".equals(event.get("do"))) System.exit(5);
    return Arrays.asList(event, context.getAwsRequestId(), context.getInvokedFunctionArn(), context.getMemoryLimitInMB(), context.getClientContext().getCustom().get("k"),
      context.getRemainingTimeInMillis() > 0, Runtime.getRuntime().maxMemory() < 128L << 20);
  }

  public static class Stream implements RequestStreamHandler {
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      out.write('<');
      for (int b = in.read(); b != -1; b = in.read()) out.write(b);
      out.write('>');
    }
  }

  public static class Point { public int x; public String getName() { return "p" + x; } }
  public Point move(Point p) { p.x++; return p; }

  public static class Broken { public Broken() { throw new RuntimeException("no start"); } public int run(int n) { return n; } }
}
`;

let made: { readonly runtime: Runtime; readonly classes: Readonly<Record<string, Uint8Array>> } | { readonly missing: string };
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-java-"));
  const client = await javaClient();
  const runtimes = openRuntimes({ projectDir: join(import.meta.dirname, "../../.."), dir, addedDir: "missing" in client ? dir : client.dir, path: process.env["PATH"] ?? "", home: "/" });
  const runtime = await runtimes.resolve("java17");
  const classes = "missing" in client ? client : await compiledJava("App", SOURCE, client.dir);
  made = "missing" in classes ? { missing: String(classes.missing) } : runtime ? { runtime, classes } : { missing: await runtimes.whyMissing("java17") };
}, 300_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const boot = async (handler: string, skip: (why: string) => never): Promise<Booted> =>
  "missing" in made ? skip(made.missing) : await bootFunction(made.runtime, handler, made.classes);

describe.concurrent("A Java function", () => {
  test("of a RequestHandler answers with the whole context, logs whole events, reports errors, and goes on", async ({ skip }) => {
    await using f = await boot("App", skip);
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    expect(answer(await f.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' }))).toEqual([{ a: "ü" }, "id-1", arn, 128, "é", true, true]);
    expect([...f.logs].sort()).toEqual(["logged\non two lines", "printed"]);
    const failed = await f.invoke({ do: "fail" });
    expect(failed).toMatchObject({ kind: "error", fatal: false });
    expect(failure(failed)).toEqual({ errorMessage: "boom", errorType: "java.lang.IllegalStateException", stackTrace: [expect.stringMatching(/^App\.handleRequest\(App\.java:\d+\)$/), expect.any(String)] });
    expect(await f.invoke({ do: "exit" })).toMatchObject({ kind: "exit", code: 5 });
    expect(await f.instance().revive(10_000)).toMatchObject({ kind: "ready" });
  });

  test("of a RequestStreamHandler gets and gives bytes", async ({ skip }) => {
    await using f = await boot("App$Stream", skip);
    const outcome = await f.invoke({ a: "ü" });
    expect(outcome.kind === "answer" && Buffer.from(outcome.payload).toString()).toBe('<{"a":"ü"}>');
  });

  test("may be any method, with objects of its own classes", async ({ skip }) => {
    await using f = await boot("App::move", skip);
    expect(answer(await f.invoke({ x: 4 }))).toEqual({ x: 5, name: "p5" });
  });

  test("that can not be constructed or does not exist says so", async ({ skip }) => {
    await using f = await boot("App$Broken::run", skip);
    expect(failure(f.boot)).toMatchObject({ errorMessage: "no start", errorType: "java.lang.RuntimeException" });
    await using g = await boot("Nobody", skip);
    expect(failure(await g.invoke({}))).toMatchObject({ errorMessage: "Class not found: Nobody", errorType: "java.lang.ClassNotFoundException" });
  });
});
