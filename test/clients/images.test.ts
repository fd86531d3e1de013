// Functions whose code is a container image: pushed by the tools people use, run from nothing but the image.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateFunctionCommand, type CreateFunctionCommandInput, DeleteFunctionCommand, GetFunctionCommand, InvokeCommand, ListFunctionsCommand, PublishVersionCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestImage } from "../../src/functions/images/tars-for-test.ts";
import { imageOf, sha256, tarOf } from "../../src/functions/images/tars-for-test.ts";
import { eventually, has, ROLE, startCloud, type TestCloud, zipOf } from "./harness.ts";
import { compileFunction, functionImage, push, writeLayout } from "./image-builder.ts";
import { failure } from "./s3-harness.ts";

const run = promisify(execFile);
const skopeo = await has("skopeo", "--version");
const buildah = await has("buildah", "--version");

let cloud: TestCloud;
let dir: string;
let host: string;
let program: Buffer;
let image: TestImage;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "fugaz-image-"));
  [cloud, program] = await Promise.all([startCloud(), compileFunction(dir)]);
  host = new URL(cloud.endpoint).host;
  image = functionImage(program);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const create = (FunctionName: string, ImageUri: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, PackageType: "Image", Code: { ImageUri }, Role: ROLE, Timeout: 10, ...more }));

async function invoke(FunctionName: string, event: unknown = {}): Promise<Record<string, unknown>> {
  const reply = await cloud.lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: "Tail" }));
  const answer = JSON.parse(Buffer.from(reply.Payload ?? []).toString()) as Record<string, unknown>;
  return reply.FunctionError ? { failed: answer, log: Buffer.from(reply.LogResult ?? "", "base64").toString() } : answer;
}

describe("an image pushed by hand", () => {
  beforeAll(async () => {
    expect((await push(cloud.endpoint, "team/app", "v1", image)).status).toBe(201);
  });

  test("runs as a function, from nothing but the image, as nobody in particular", async () => {
    const made = await create("bare", `${host}/team/app:v1`);
    expect(made).toMatchObject({ PackageType: "Image", State: "Active", CodeSize: 0, CodeSha256: sha256(image.manifest) });
    expect([made.Runtime, made.Handler, made.RuntimeVersionConfig, made.ImageConfigResponse]).toEqual([undefined, undefined, undefined, undefined]);
    expect(await invoke("bare", { n: 1 })).toEqual({
      event: { n: 1 }, word: "from-image", cwd: "/app", variable: "of the image", handler: "from-image", root: false, writesRoot: false, writesTmp: true, seesHome: false, removed: false,
    });
    expect((await cloud.lambda.send(new GetFunctionCommand({ FunctionName: "bare" }))).Code).toEqual({
      RepositoryType: "ECR", ImageUri: `${host}/team/app:v1`, ResolvedImageUri: `${host}/team/app@sha256:${sha256(image.manifest)}`,
    });
    const { Functions } = await cloud.lambda.send(new ListFunctionsCommand({}));
    expect(Functions?.find(({ FunctionName }) => FunctionName === "bare")).toMatchObject({ PackageType: "Image" });
  });

  test("is started as the function says, with its environment before the image's", async () => {
    const made = await create("told", `000000000000.dkr.ecr.us-east-1.amazonaws.com/team/app:v1`, {
      ImageConfig: { EntryPoint: ["run"], Command: ["from-function"], WorkingDirectory: "/tmp" }, Environment: { Variables: { VARIABLE: "of the function" } },
    });
    expect(made.ImageConfigResponse).toEqual({ ImageConfig: { EntryPoint: ["run"], Command: ["from-function"], WorkingDirectory: "/tmp" } });
    expect(await invoke("told")).toMatchObject({ word: "from-function", cwd: "/tmp", variable: "of the function", handler: "from-function" });
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "told", ImageConfig: { EntryPoint: ["/app/nothing"] } }));
    expect(await invoke("told")).toMatchObject({ failed: { errorType: "Runtime.InvalidEntrypoint", errorMessage: expect.stringContaining("Error: fork/exec /app/nothing: no such file or directory") } });
    await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "told", ImageConfig: { WorkingDirectory: "/nowhere" } }));
    expect(await invoke("told")).toMatchObject({ failed: { errorType: "Runtime.InvalidWorkingDir", errorMessage: expect.stringContaining("Error: chdir /nowhere: no such file or directory") } });
    const back = await cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "told", ImageConfig: {} }));
    expect(back.ImageConfigResponse).toBeUndefined();
    expect(await invoke("told")).toMatchObject({ word: "from-image", cwd: "/app" });
  });

  test("keeps running when the repository has lost it, and changes when the function is given another", async () => {
    const other = functionImage(program, { Cmd: ["second"] });
    await push(cloud.endpoint, "fleeting", "a", image);
    await push(cloud.endpoint, "fleeting", "b", other);
    await create("moving", `${host}/fleeting@sha256:${sha256(image.manifest)}`);
    for (const one of [image, other]) expect((await fetch(`${cloud.endpoint}/v2/fleeting/manifests/sha256:${sha256(one.manifest)}`, { method: "DELETE" })).status).toBe(202);
    expect(await invoke("moving")).toMatchObject({ word: "from-image" });
    expect(await failure(cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "moving", ImageUri: `${host}/fleeting:b` })))).toMatchObject({ message: `Source image ${host}/fleeting:b does not exist. Provide a valid source image.` });
    await push(cloud.endpoint, "fleeting", "b", other);
    const changed = await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "moving", ImageUri: `${host}/fleeting:b` }));
    expect(changed.CodeSha256).toBe(sha256(other.manifest));
    const stale = await failure(cloud.lambda.send(new PublishVersionCommand({ FunctionName: "moving", CodeSha256: "a".repeat(64) })));
    expect(stale).toMatchObject({ name: "InvalidParameterValueException", message: `CodeSHA256 (${"a".repeat(64)}) is different from current CodeSHA256 in $LATEST (${sha256(other.manifest)}). Please try again with the CodeSHA256 in $LATEST.` });
    expect(await invoke("moving")).toMatchObject({ word: "second" });
    await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName: "moving" }));
  });

  test("brings extensions, which start first and are told of every event, without a shell or library in the image", async () => {
    const extensions = tarOf([{ name: "opt/extensions/ear", content: program, mode: 0o755 }, { name: "opt/extensions/notes/", type: "5", mode: 0o755 }, { name: "opt/extensions/linked", type: "2", link: "/app/run" }]);
    const heard = imageOf([...image.layers.map((layer, index) => (index === 0 ? gunzipSync(layer) : zstdDecompressSync(layer))), extensions], { Entrypoint: ["run"], Cmd: ["heard"], WorkingDir: "/app", Env: ["VARIABLE=of the image", "PATH=/app", "LD_PRELOAD=/app/nothing.so"] });
    await push(cloud.endpoint, "team/heard", "v1", heard);
    await create("heard", `${host}/team/heard:v1`);
    expect(await invoke("heard", 1)).toMatchObject({ event: 1, word: "heard", cwd: "/app", variable: "of the image", handler: "heard", root: false });
    const logOf = async (sign: string): Promise<string> =>
      await eventually(sign, async () => {
        const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/heard" }));
        const text = events.map(({ message }) => message).join("");
        return text.includes(sign) ? text : undefined;
      });
    const log = await logOf("REPORT");
    for (const name of ["ear", "linked"]) {
      expect(log).toContain(`EXTENSION\tName: ${name}\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n`);
      expect(log).toMatch(new RegExp(`${name} registered, VARIABLE=of the image, _HANDLER=hidden\n`));
      expect(log).toContain(`${name} heard {"eventType":"INVOKE"`);
    }
    const flawed = imageOf([tarOf([{ name: "app/run", content: program, mode: 0o755 }, { name: "opt/extensions/plain", content: "x" }])], { Entrypoint: ["/app/run"] });
    await push(cloud.endpoint, "team/heard", "flawed", flawed);
    await cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "heard", ImageUri: `${host}/team/heard:flawed` }));
    expect(await invoke("heard")).toMatchObject({ failed: { errorType: "Extension.LaunchError", errorMessage: expect.stringContaining("fork/exec /opt/extensions/plain: permission denied") } });
    // The old version's extension was told why it ends.
    await logOf('ear heard {"eventType":"SHUTDOWN","shutdownReason":"spindown"');
  });

  test("for several machines is chosen by its index", async () => {
    await push(cloud.endpoint, "many", "one", image);
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const entry = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${sha256(image.manifest)}`, size: image.manifest.length };
    const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [{ ...entry, platform: { os: "linux", architecture } }] });
    const pushed = await fetch(`${cloud.endpoint}/v2/many/manifests/all`, { method: "PUT", headers: { "content-type": mediaType }, body: index });
    expect(pushed.status).toBe(201);
    await create("indexed", `${host}/many:all`);
    expect(await invoke("indexed")).toMatchObject({ word: "from-image" });
  });

  test("is refused in the original's words when it can not be a function", async () => {
    const wrong = imageOf([tarOf([{ name: "../escape", content: "x" }])]);
    await push(cloud.endpoint, "wrong", "escape", wrong);
    const foreign = imageOf([tarOf([])], {});
    const config = Buffer.from(foreign.config.toString().replace('"linux"', '"windows"'));
    const manifest = Buffer.from(JSON.stringify({ ...(JSON.parse(foreign.manifest.toString()) as object), config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${sha256(config)}`, size: config.length } }));
    await push(cloud.endpoint, "wrong", "windows", { ...foreign, config, manifest });
    const ImageUri = `${host}/team/app:v1`;
    const cases: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => create("x", `${host}/team/app:none`), `Source image ${host}/team/app:none does not exist. Provide a valid source image.`],
      [() => create("x", `${host}/nowhere:v1`), `Source image ${host}/nowhere:v1 does not exist. Provide a valid source image.`],
      [() => create("x", `${host}/team/app`), `Source image ${host}/team/app is not valid. Provide a valid source image.`],
      [() => create("x", "public.ecr.aws/lambda/nodejs:22"), "Source image public.ecr.aws/lambda/nodejs:22 is not valid. Provide a valid source image."],
      [() => create("x", `${host}/wrong:escape`), `Source image ${host}/wrong:escape is not valid: the path "../escape" in a layer leads upwards.`],
      [() => create("x", `${host}/wrong:windows`), `The image manifest, config or layer media type for the source image ${host}/wrong:windows is not supported: the image is built for windows, not for linux.`],
      [() => create("x", ImageUri, { Handler: "a.b" }), "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."],
      [() => create("x", "", { Code: { ZipFile: zipOf({ a: "b" }) } }), "Please provide ImageUri when creating a function with packageType Image."],
      [() => create("x", ImageUri, { PackageType: "Zip", Runtime: "nodejs22.x", Handler: "a.b" }), "Please provide a source for function code."],
      [() => cloud.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "bare", ZipFile: zipOf({ a: "b" }) })), "Please provide ImageUri when updating a function with packageType Image."],
      [() => cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "bare", Handler: "a.b" })), "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."],
    ];
    for (const [asked, message] of cases) expect(await failure(asked())).toMatchObject({ name: "InvalidParameterValueException", message });
  });
});

test.skipIf(!skopeo)("skopeo pushes, looks, copies back and deletes", async () => {
  await writeLayout(image, join(dir, "layout"));
  const at = `docker://${host}/by-skopeo:v1`;
  await run("skopeo", ["--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds", "AWS:any", `oci:${join(dir, "layout")}`, at]);
  const looked = JSON.parse((await run("skopeo", ["inspect", "--tls-verify=false", at])).stdout) as { Digest: string; RepoTags: string[] };
  expect(looked).toMatchObject({ Digest: `sha256:${sha256(image.manifest)}`, RepoTags: ["v1"] });
  await run("skopeo", ["--insecure-policy", "copy", "--src-tls-verify=false", at, `oci:${join(dir, "back")}:v1`]);
  await create("skopeo", `${host}/by-skopeo:v1`);
  expect(await invoke("skopeo")).toMatchObject({ word: "from-image", removed: false });
  await run("skopeo", ["delete", "--tls-verify=false", at]);
  expect((await fetch(`${cloud.endpoint}/v2/by-skopeo/manifests/v1`)).status).toBe(404);
});

describe("fugaz image", () => {
  const fugaz = (...words: readonly string[]) => run(process.execPath, [join(import.meta.dirname, "../../bin/fugaz.js"), "image", ...words], { env: cloud.env });

  test("pushes layouts and archives of several makers, lists and removes", async () => {
    const plain = functionImage(program, {}, ["", "+gzip"]);
    await writeLayout(plain, join(dir, "cli"));
    const pushed = await fugaz("push", join(dir, "cli"), "cli/app:v1");
    expect(pushed).toEqual({ stdout: `${host}/cli/app:v1\n`, stderr: `sha256:${sha256(plain.manifest)}\n` });
    // As `docker save` writes it, the second layer twice: as a file, and as a link to it.
    const saved = tarOf([
      { name: "config.json", content: imageOf([plain.layers[0] ?? Buffer.alloc(0), gunzipSync(plain.layers[1] ?? ""), gunzipSync(plain.layers[1] ?? "")], { Entrypoint: ["/app/run"], Cmd: ["saved"] }).config },
      { name: "one/layer.tar", content: plain.layers[0] }, { name: "two/layer.tar", content: gunzipSync(plain.layers[1] ?? "") }, { name: "three/layer.tar", type: "2", link: "../two/layer.tar" },
      { name: "manifest.json", content: JSON.stringify([{ Config: "config.json", RepoTags: ["x:y"], Layers: ["one/layer.tar", "two/layer.tar", "three/layer.tar"] }]) },
    ]);
    await writeFile(join(dir, "saved.tar.gz"), gzipSync(saved));
    expect((await fugaz("push", join(dir, "saved.tar.gz"), "cli/saved")).stdout).toBe(`${host}/cli/saved:latest\n`);
    await create("saved", `${host}/cli/saved:latest`);
    expect(await invoke("saved")).toMatchObject({ word: "saved", cwd: "/" });
    const [list, json] = await Promise.all([fugaz("list"), fugaz("list", "--json")]);
    expect(list.stdout).toMatch(/^REPOSITORY +TAG +DIGEST .*\n(.*\n)*cli\/app +v1 +sha256:[0-9a-f]{12} +\d+ B /);
    expect((JSON.parse(json.stdout) as { repositoryName: string }[]).map(({ repositoryName }) => repositoryName)).toContain("cli/saved");
    await fugaz("remove", "cli/app:v1");
    const refused = await Promise.allSettled([fugaz("remove", "cli/app:v1"), fugaz("push", dir, "cli/none:v1"), fugaz("push", join(dir, "cli"), "Not A Name")]);
    const said = refused.map((each) => (each.status === "rejected" ? (each.reason as { code: number; stderr: string }) : undefined));
    expect(said[0]).toMatchObject({ code: 1, stderr: "fugaz: There is no image cli/app:v1. `fugaz image list` shows the images there are.\n" });
    expect(said[1]).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fugaz: The image .* can not be read: this is neither an OCI layout nor an archive/) });
    expect(said[2]).toMatchObject({ code: 1, stderr: expect.stringContaining("is no name of an image") });
  });

  test.skipIf(!skopeo)("takes the archives that skopeo writes", async () => {
    await writeLayout(functionImage(program, {}, ["+gzip", "+gzip"]), join(dir, "gzip"));
    for (const form of ["docker-archive", "oci-archive"]) {
      await run("skopeo", ["--insecure-policy", "copy", `oci:${join(dir, "gzip")}`, `${form}:${join(dir, `${form}.tar`)}:made/by:v1`]);
      const { stdout } = await fugaz("push", join(dir, `${form}.tar`), `skopeo/${form}:v1`);
      await create(form, stdout.trim());
      expect(await invoke(form)).toMatchObject({ word: "from-image", cwd: "/app" });
    }
  });
});

test.skipIf(!buildah)("buildah builds an image without privileges of its own and pushes it", async () => {
  const store = ["--root", join(dir, "buildah"), "--runroot", join(dir, "buildah-run"), "--storage-driver", "vfs"];
  const step = async (...words: readonly string[]): Promise<string> => (await run("buildah", [...store, ...words])).stdout.trim();
  const container = await step("from", "scratch");
  await step("copy", container, join(dir, "image-function"), "/function");
  await step("config", "--entrypoint", '["/function"]', "--cmd", "from-buildah", container);
  await step("commit", "--format", "docker", container, "built");
  await step("push", "--tls-verify=false", "built", `docker://${host}/by-buildah:v1`);
  await create("buildah", `${host}/by-buildah:v1`);
  expect(await invoke("buildah")).toMatchObject({ word: "from-buildah", cwd: "/" });
});
