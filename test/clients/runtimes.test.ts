// Runtimes as their users meet them: names old and new, languages in real sandboxes, what is added to a running server, and what is refused.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CreateFunctionCommand, GetFunctionConfigurationCommand, InvokeCommand, type Runtime } from "@aws-sdk/client-lambda";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiledJava, javaClient } from "../java-client.ts";
import { eventually, has, ROLE, startCloud, type TestCloud } from "./harness.ts";

const fugazCommand = join(import.meta.dirname, "../../bin/fugaz.js");
let cloud: TestCloud;
beforeAll(async () => {
  // Without the homes of version managers: asking a dozen interpreters for their version takes longer than all else here.
  cloud = await startCloud({ path: "/usr/bin:/bin", home: "/nowhere" });
});
afterAll(() => cloud[Symbol.asyncDispose]());

type Files = Readonly<Record<string, string | Uint8Array>>;

const create = (name: string, runtime: string, handler: string, files: Files, on = cloud) =>
  on.lambda.send(
    new CreateFunctionCommand({
      FunctionName: name, Runtime: runtime as Runtime, Handler: handler, Role: ROLE, Timeout: 20, MemorySize: 256,
      Code: { ZipFile: zipSync(Object.fromEntries(Object.entries(files).map(([file, content]) => [file, [typeof content === "string" ? strToU8(content) : content, { os: 3, attrs: 0o755 << 16 }] as const]))) },
    }),
  );

async function invoke(name: string, event: unknown = {}): Promise<unknown> {
  const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  return JSON.parse(Buffer.from(reply.Payload ?? []).toString());
}

const fugaz = (...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve) => {
    // npm knows its registry and whom to trust from the environment of whoever runs it.
    execFile(process.execPath, [fugazCommand, ...args], { env: { ...(args.includes("nodejs16.x") ? process.env : {}), ...cloud.env, PATH: "/usr/bin:/bin", FUGAZ_DATA_DIR: cloud.dataDir, ...(args.includes("nodejs16.x") ? {} : { HOME: "/nowhere" }) } }, (error, stdout, stderr) => resolve({ code: error ? 1 : 0, stdout, stderr }));
  });

test("a name of 2016 is kept, and the nearest version is named in the state, in the log and nowhere else", async () => {
  const note = expect.stringMatching(/^The runtime nodejs4\.3 runs on Node\.js \d+\.\d+\.\d+ here, the nearest version on this machine; `fugaz runtime add nodejs4\.3` /);
  expect(await create("old", "nodejs4.3", "index.handler", { "index.js": "exports.handler = (event, context, callback) => callback(null, process.env.AWS_EXECUTION_ENV);" })).toMatchObject({ Runtime: "nodejs4.3", State: "Active", StateReason: note });
  expect(await invoke("old")).toBe("AWS_Lambda_nodejs4.3");
  expect(await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "old" }))).toMatchObject({ Runtime: "nodejs4.3", State: "Active", StateReason: note });
  await eventually("the warning in the log", async () => ((await fugaz("logs", "old")).stdout.includes("WARNING\tThe runtime nodejs4.3 runs on Node.js") ? true : undefined));
  const exact = await create("new", "nodejs24.x", "index.handler", { "index.js": "exports.handler = async () => 1;" });
  expect(exact.StateReason).toBeUndefined();
});

test("what this machine can not run is refused with a way out", async () => {
  await expect(create("x", "dotnet8", "A::B::C", { a: "" })).rejects.toMatchObject({ name: "InvalidParameterValueException", message: expect.stringMatching(/^The runtime dotnet8 can not run on this machine\. .*provided\.al2023/) });
  if (!(await has("/usr/bin/python2", "--version"))) await expect(create("x", "python2.7", "app.handler", { "app.py": "" })).rejects.toMatchObject({ message: expect.stringMatching(/Python 3 does not run Python 2 code/) });
});

test("a strict server takes exact versions only", async () => {
  await using strict = await startCloud({ strictRuntimes: true, path: "/usr/bin", home: "/nowhere" });
  await expect(create("x", "nodejs4.3", "i.h", { "i.js": "" }, strict)).rejects.toMatchObject({ message: expect.stringMatching(/strict-runtimes, which takes no other version/) });
  await create("y", "nodejs24.x", "i.h", { "i.js": "" }, strict);
});

test("a Ruby function runs with its bundled gems", async ({ skip }) => {
  if (!(await has("ruby", "--version"))) skip("no ruby on this machine");
  const spec = 'Gem::Specification.new { |s| s.name = "tiny"; s.version = "1.0"; s.summary = "s"; s.authors = ["a"]; s.require_paths = ["lib"] }';
  const gems = "vendor/bundle/ruby/3.3.0";
  await create("ruby", "ruby3.3", "app.handler", {
    "app.rb": "require 'tiny'\ndef handler(event:, context:)\n  { tiny: TINY, event: event, name: context.function_name, home: Dir.pwd, in: ENV['AWS_EXECUTION_ENV'] }\nend\n",
    [`${gems}/specifications/tiny-1.0.gemspec`]: spec,
    [`${gems}/gems/tiny-1.0/lib/tiny.rb`]: "TINY = 'a gem'",
  });
  expect(await invoke("ruby", { a: "ü" })).toMatchObject({ tiny: "a gem", event: { a: "ü" }, name: "ruby", in: "AWS_Lambda_ruby3.3" });
});

test("a Ruby function finds this cloud with the AWS SDK of the machine", async ({ skip }) => {
  if (!(await has("ruby", "-raws-sdk-s3", "-e", "1"))) skip("no aws-sdk-s3 gem on this machine");
  await cloud.s3.send(new CreateBucketCommand({ Bucket: "from-ruby" }));
  const app = "require 'aws-sdk-s3'\nS3 = Aws::S3::Client.new\ndef handler(event:, context:)\n  S3.put_object(bucket: 'from-ruby', key: 'k', body: 'hello')\n  S3.get_object(bucket: 'from-ruby', key: 'k').body.read\nend\n";
  await create("ruby-sdk", "ruby3.3", "app.handler", { "app.rb": app });
  expect(await invoke("ruby-sdk")).toBe("hello");
});

describe("a bootstrap runs as provided.al2023 that is written in", () => {
  const bootstraps: Readonly<Record<string, readonly [readonly string[], string]>> = {
    Perl: [
      ["perl", "-MHTTP::Tiny", "-e", "1"],
      `#!/usr/bin/perl
use strict; use warnings; use HTTP::Tiny;
my ($http, $api) = (HTTP::Tiny->new(timeout => 3600), "http://$ENV{AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation");
while (1) {
  my $event = $http->get("$api/next");
  my $id = $event->{headers}{'lambda-runtime-aws-request-id'};
  $http->post("$api/$id/response", { content => "{\\"got\\":$event->{content}}" });
}
`,
    ],
    PHP: [
      ["php", "--version"],
      `#!/usr/bin/env php
<?php
ini_set('default_socket_timeout', '3600');
$api = 'http://' . getenv('AWS_LAMBDA_RUNTIME_API') . '/2018-06-01/runtime/invocation';
while (true) {
  $event = file_get_contents("$api/next");
  preg_match('/^lambda-runtime-aws-request-id: *(\\S+)/im', implode("\\n", $http_response_header), $found);
  file_get_contents("$api/$found[1]/response", false, stream_context_create(['http' => ['method' => 'POST', 'content' => "{\\"got\\":$event}"]]));
}
`,
    ],
  };
  for (const [language, [probe, bootstrap]] of Object.entries(bootstraps)) {
    test(language, async ({ skip }) => {
      const [program = "", ...args] = probe;
      if (!(await has(program, ...args))) skip(`no ${program} on this machine`);
      await create(language, "provided.al2023", "any", { bootstrap });
      expect(await invoke(language, { a: "ü" })).toEqual({ got: { a: "ü" } });
    });
  }
});

describe("fugaz runtime", () => {
  test("lists every name with what serves it, or why nothing does", async () => {
    const rows = JSON.parse((await fugaz("runtime", "list", "--json")).stdout) as readonly { readonly name: string }[];
    expect(rows.length).toBeGreaterThan(45);
    expect(rows).toContainEqual({ name: "nodejs24.x", available: true, version: expect.stringMatching(/^24\./), exact: true, origin: "bundled", path: expect.stringMatching(/^\//) });
    expect(rows).toContainEqual({ name: "provided.al2023", available: true, version: "", exact: true, origin: "function", path: "" });
    expect(rows).toContainEqual({ name: "dotnet6", available: false, reason: expect.stringMatching(/^Fugaz has no wrapper for \.NET/) });
    expect((await fugaz("runtime", "list")).stdout).toMatch(/^NAME +RUNS ON +FROM +WHERE, OR WHY NOT\n[\s\S]*\nnodejs24\.x +24\./);
  });

  test("says how to get what it does not install, and what needs nothing", async () => {
    expect(await fugaz("runtime", "add", "python3.99")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: Python 3\.99 is not on this machine.*uv python install 3\.99/) });
    expect(await fugaz("runtime", "add", "nodejs8.10")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: Fugaz runs functions on Node\.js 16 and newer/) });
    expect(await fugaz("runtime", "add", "cobol85")).toMatchObject({ code: 1, stderr: "fugaz: cobol85 can not be added. There is no runtime of that name.\n" });
    expect(await fugaz("runtime", "add", "nodejs24.x")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nodejs24\.x is here already: 24\./) });
    expect(await fugaz("runtime", "add", "go1.x")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^go1\.x needs nothing/) });
    expect(await fugaz("runtime", "remove", "nodejs22.x")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: Nothing was added for nodejs22\.x/) });
    expect(await fugaz("runtime", "remove", "../../x")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: Nothing was added/) });
  });

  test("adds the Java client from a repository and takes only the bytes it knows; a running server runs Java at once", async ({ skip }) => {
    const client = await javaClient();
    if ("missing" in client) return skip(client.missing);
    const classes = await compiledJava("Hello", "public class Hello { public String run(String name) { return \"hello \" + name; } }", client.dir);
    if ("missing" in classes) return skip(String(classes.missing));
    const jars = join(client.dir, "java-client");
    let spoiled = "";
    await using repository = createServer((request, reply) => {
      const file = request.url?.split("/").at(-1) ?? "";
      readFile(join(jars, file)).then((bytes) => reply.end(file.includes(spoiled) && spoiled !== "" ? "not the jar" : bytes), () => reply.writeHead(404).end());
    });
    await new Promise<void>((resolve) => repository.listen(0, "127.0.0.1", resolve));
    const maven = `http://127.0.0.1:${(repository.address() as AddressInfo).port}/`;

    await expect(create("java", "java17", "Hello::run", classes)).rejects.toMatchObject({ message: expect.stringMatching(/`fugaz runtime add java17` fetches it once/) });
    spoiled = "serialization";
    expect(await fugaz("runtime", "add", "java17", "--maven", maven)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: aws-lambda-java-serialization-.* is not the file it should be: its SHA-256 is /) });
    expect(await readdir(join(cloud.dataDir, "added-runtimes"))).toEqual([]);
    spoiled = "";
    expect(await fugaz("runtime", "add", "java17", "--maven", maven)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Added the Java runtime interface client [\d.]+ for all Java runtimes\.\n/) });
    await create("java", "java17", "Hello::run", classes);
    expect(await invoke("java", "you")).toBe("hello you");
    expect(await fugaz("runtime", "remove", "java17")).toMatchObject({ code: 0 });
    await expect(create("java2", "java17", "Hello::run", classes)).rejects.toMatchObject({ message: expect.stringMatching(/^The runtime java17 can not run on this machine/) });
  });

  test.skipIf(process.env["FUGAZ_CONFORMANCE"] !== "1")("adds a Node.js from npm, and a running server runs functions on it at once", { timeout: 300_000 }, async () => {
    // The oldest there is, and half the size of the newest.
    expect(await fugaz("runtime", "add", "nodejs16.x")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Added Node\.js 16\.\d+\.\d+ for nodejs16\.x\.\n[^\n]+\nnodejs16\.x +16\.\d+\.\d+ +added +\//) });
    expect((await create("node16", "nodejs16.x", "i.h", { "i.js": "exports.h = async () => process.version;" })).StateReason).toBeUndefined();
    expect(await invoke("node16")).toMatch(/^v16\./);
    expect(await fugaz("runtime", "remove", "nodejs16.x")).toMatchObject({ code: 0 });
  });
});
