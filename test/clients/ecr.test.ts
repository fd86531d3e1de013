// The registry as its two kinds of client meet it: AWS tools by the ECR API, container tools by the distribution protocol.
import { request } from "node:http";
import {
  BatchCheckLayerAvailabilityCommand, BatchDeleteImageCommand, BatchGetImageCommand, CompleteLayerUploadCommand, CreateRepositoryCommand, DeleteLifecyclePolicyCommand, DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand, DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, GetAuthorizationTokenCommand, GetDownloadUrlForLayerCommand, GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand, InitiateLayerUploadCommand, ListImagesCommand, ListTagsForResourceCommand, PutImageCommand, PutImageScanningConfigurationCommand, PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand, SetRepositoryPolicyCommand, TagResourceCommand, UntagResourceCommand, UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageOf, sha256, tarOf, type TestImage } from "../../src/functions/images/tars-for-test.ts";
import { startCloud, type TestCloud } from "./harness.ts";
import { push } from "./image-builder.ts";
import { failure } from "./s3-harness.ts";

let cloud: TestCloud;
let ecr: ECRClient;
let host: string;
const client = (accessKeyId = "test", region = "us-east-1") => new ECRClient({ endpoint: cloud.endpoint, region, credentials: { accessKeyId, secretAccessKey: "x" }, maxAttempts: 1 });
beforeAll(async () => {
  cloud = await startCloud({ isolation: "process" });
  ecr = client();
  host = new URL(cloud.endpoint).host;
});
afterAll(async () => cloud[Symbol.asyncDispose]());

const base = tarOf([{ name: "base", content: "shared by all".repeat(5000) }]);
const imageNamed = (name: string): TestImage => imageOf([base, tarOf([{ name, content: name }])], { Cmd: [name] }, ["", "+gzip"]);
const digest = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`;
const v2 = (path: string, init: RequestInit = {}) => fetch(`${cloud.endpoint}/v2/${path}`, init);
const codeOf = async (reply: Response): Promise<string> => `${reply.status} ${((await reply.json()) as { errors: { code: string }[] }).errors[0]?.code}`;

describe("repositories", () => {
  test("are made, described in pages, tagged and taken away", async () => {
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/one", tags: [{ Key: "a", Value: "1" }] }));
    expect(repository).toMatchObject({
      repositoryArn: "arn:aws:ecr:us-east-1:000000000000:repository/team/one", registryId: "000000000000", repositoryName: "team/one", repositoryUri: `${host}/team/one`,
      imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: false }, encryptionConfiguration: { encryptionType: "AES256" },
    });
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/two" }));
    const first = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
    const second = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1, nextToken: first.nextToken }));
    expect([...(first.repositories ?? []), ...(second.repositories ?? [])].map(({ repositoryName }) => repositoryName)).toEqual(["team/one", "team/two"]);
    expect(second.nextToken).toBeUndefined();

    const resourceArn = repository?.repositoryArn;
    await ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key: "b", Value: "2" }] }));
    await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
    expect((await ecr.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ Key: "b", Value: "2" }]);

    expect((await ecr.send(new DeleteRepositoryCommand({ repositoryName: "team/one" }))).repository?.repositoryName).toBe("team/one");
    const gone = { name: "RepositoryNotFoundException", message: "The repository with name 'team/one' does not exist in the registry with id '000000000000'" };
    expect(await failure(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["team/one"] })))).toMatchObject(gone);
    expect(await failure(ecr.send(new DeleteRepositoryCommand({ repositoryName: "team/one" })))).toMatchObject(gone);
    expect(await failure(ecr.send(new CreateRepositoryCommand({ repositoryName: "team/two" })))).toMatchObject({ name: "RepositoryAlreadyExistsException" });
    expect(await failure(ecr.send(new CreateRepositoryCommand({ repositoryName: "Team" })))).toMatchObject({ name: "InvalidParameterException" });
  });

  test("of other accounts and regions have addresses of their own, at which a push finds them", async () => {
    const other = client("111122223333", "eu-west-1");
    const { repository } = await other.send(new CreateRepositoryCommand({ repositoryName: "theirs" }));
    expect(repository?.repositoryUri).toBe(`${host}/111122223333/eu-west-1/theirs`);
    expect((await push(cloud.endpoint, "111122223333/eu-west-1/theirs", "v1", imageNamed("theirs"))).status).toBe(201);
    expect((await other.send(new ListImagesCommand({ repositoryName: "theirs" }))).imageIds).toMatchObject([{ imageTag: "v1" }]);
    expect(await failure(ecr.send(new ListImagesCommand({ repositoryName: "theirs" })))).toMatchObject({ name: "RepositoryNotFoundException" });
  });

  test("keep a policy that is one, and refuse what would not act", async () => {
    const repositoryName = "team/two";
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["ecr:BatchGetImage"] }] });
    expect(await failure(ecr.send(new GetRepositoryPolicyCommand({ repositoryName })))).toMatchObject({ name: "RepositoryPolicyNotFoundException" });
    expect(await failure(ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: "{}" })))).toMatchObject({ name: "InvalidParameterException" });
    await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    expect((await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(policyText);
    expect((await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(policyText);
    expect(await failure(ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName })))).toMatchObject({ name: "RepositoryPolicyNotFoundException" });
    expect(await failure(ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: "{'rules':[]}".padEnd(120) })))).toMatchObject({ message: expect.stringContaining("not supported by Fugaz yet") });
    for (const command of [new GetLifecyclePolicyCommand({ repositoryName }), new DeleteLifecyclePolicyCommand({ repositoryName })])
      expect(await failure(ecr.send(command as GetLifecyclePolicyCommand))).toMatchObject({ name: "LifecyclePolicyNotFoundException" });
    expect(await failure(ecr.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: true } })))).toMatchObject({ message: expect.stringContaining("scanOnPush") });
    expect((await ecr.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: false } }))).imageScanningConfiguration).toEqual({ scanOnPush: false });
  });

  test("are logged in to with whatever the token says", async () => {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const [{ authorizationToken, proxyEndpoint } = {}] = authorizationData ?? [];
    expect(Buffer.from(authorizationToken ?? "", "base64").toString()).toMatch(/^AWS:.+/);
    expect(proxyEndpoint).toBe(cloud.endpoint);
    const hello = await v2("", { headers: { authorization: `Basic ${authorizationToken}` } });
    expect([hello.status, hello.headers.get("docker-distribution-api-version")]).toEqual([200, "registry/2.0"]);
  });
});

describe("images", () => {
  const repositoryName = "images";

  test("are put by the API in parts, found by tag and digest, and deleted with the layers that nobody else needs", async () => {
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const [one, two] = [imageNamed("one"), imageNamed("two")];
    for (const blob of [one.config, ...one.layers]) {
      const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
      const half = Math.floor(blob.length / 2);
      const part = (from: number, to: number) => ecr.send(new UploadLayerPartCommand({ repositoryName, uploadId, partFirstByte: from, partLastByte: to - 1, layerPartBlob: blob.subarray(from, to) }));
      await part(0, half);
      expect(await failure(part(0, half))).toMatchObject({ name: "InvalidLayerPartException", lastValidByteReceived: half - 1 });
      expect((await part(half, blob.length)).lastByteReceived).toBe(blob.length - 1);
      expect((await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest(blob)] }))).layerDigest).toBe(digest(blob));
    }
    const imageManifest = one.manifest.toString();
    expect((await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" }))).image?.imageId).toEqual({ imageDigest: digest(one.manifest), imageTag: "v1" });
    expect(await failure(ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" })))).toMatchObject({ name: "ImageAlreadyExistsException" });
    expect(await failure(ecr.send(new PutImageCommand({ repositoryName, imageManifest: two.manifest.toString(), imageTag: "v2" })))).toMatchObject({ name: "LayersNotFoundException" });
    await push(cloud.endpoint, repositoryName, "v2", two);

    const { images, failures } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: "v2" }, { imageTag: "none" }] }));
    expect(images).toMatchObject([{ imageManifest: two.manifest.toString(), imageId: { imageDigest: digest(two.manifest), imageTag: "v2" } }]);
    expect(failures).toMatchObject([{ failureCode: "ImageNotFound", imageId: { imageTag: "none" } }]);
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "v1" }] }));
    expect(imageDetails).toMatchObject([{ imageTags: ["v1"], imageSizeInBytes: [one.config, ...one.layers].reduce((sum, { length }) => sum + length, 0), imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json" }]);
    expect(await failure(ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "none" }] })))).toMatchObject({
      name: "ImageNotFoundException", message: `The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name 'images' in the registry with id '000000000000'`,
    });
    expect((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds?.map(({ imageTag }) => imageTag).sort()).toEqual(["v1", "v2"]);
    expect((await ecr.send(new DescribeImagesCommand({ repositoryName }))).imageDetails).toHaveLength(2);
    const { downloadUrl } = await ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digest(base) }));
    expect(Buffer.from(await (await fetch(downloadUrl ?? "")).arrayBuffer()).equals(base)).toBe(true);

    expect(await failure(ecr.send(new DeleteRepositoryCommand({ repositoryName })))).toMatchObject({ name: "RepositoryNotEmptyException" });
    const deleted = await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: "v1" }, { imageTag: "v1" }] }));
    expect([deleted.imageIds, deleted.failures?.length]).toEqual([[{ imageDigest: digest(one.manifest), imageTag: "v1" }], 1]);
    const { layers } = await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [digest(base), digest(one.config)] }));
    expect(layers?.map(({ layerAvailability }) => layerAvailability)).toEqual(["AVAILABLE", "UNAVAILABLE"]);
    await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  });

  test("of an immutable repository keep their tags", async () => {
    const immutable = "fixed";
    await ecr.send(new CreateRepositoryCommand({ repositoryName: immutable }));
    await ecr.send(new PutImageTagMutabilityCommand({ repositoryName: immutable, imageTagMutability: "IMMUTABLE" }));
    expect((await push(cloud.endpoint, immutable, "v1", imageNamed("one"))).status).toBe(201);
    expect((await push(cloud.endpoint, immutable, "v1", imageNamed("one"))).status).toBe(201);
    expect(await codeOf(await push(cloud.endpoint, immutable, "v1", imageNamed("two")))).toBe("400 TAG_INVALID");
    expect(await failure(ecr.send(new PutImageCommand({ repositoryName: immutable, imageManifest: imageNamed("two").manifest.toString(), imageTag: "v1" })))).toMatchObject({
      name: "ImageTagAlreadyExistsException", message: "The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable.",
    });
    await ecr.send(new PutImageTagMutabilityCommand({ repositoryName: immutable, imageTagMutability: "MUTABLE" }));
    expect((await push(cloud.endpoint, immutable, "v1", imageNamed("two"))).status).toBe(201);
  });
});

describe("the distribution protocol", () => {
  const image = imageNamed("protocol");
  const upload = async (path = "proto"): Promise<string> => (await v2(`${path}/blobs/uploads/`, { method: "POST" })).headers.get("location")?.slice("/v2/".length) ?? "";
  const text = "0123456789".repeat(10_000);
  const textDigest = digest(Buffer.from(text));

  test("takes layers at once, in chunks, and from other repositories", async () => {
    expect((await v2(`proto/blobs/uploads/?digest=${textDigest}`, { method: "POST", body: text })).status).toBe(201);
    const at = await upload();
    const chunk = (from: number, to: number) => v2(at, { method: "PATCH", headers: { "content-range": `${from}-${to - 1}` }, body: text.slice(from, to) });
    expect((await chunk(0, 50_000)).headers.get("range")).toBe("0-49999");
    expect(await codeOf(await chunk(60_000, 70_000))).toBe("416 BLOB_UPLOAD_INVALID");
    const status = await v2(at);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-49999"]);
    expect((await chunk(50_000, 90_000)).status).toBe(202);
    expect((await v2(`${at}?digest=${textDigest}`, { method: "PUT", body: text.slice(90_000) })).status).toBe(201);
    expect((await v2(`elsewhere/blobs/uploads/?mount=${textDigest}&from=proto`, { method: "POST" })).status).toBe(201);
    const part = await v2(`elsewhere/blobs/${textDigest}`, { headers: { range: "bytes=99990-" } });
    expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([206, "0123456789", "bytes 99990-99999/100000"]);
    const head = await v2(`elsewhere/blobs/${textDigest}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("docker-content-digest")]).toEqual([200, "100000", textDigest]);
    expect((await v2(`elsewhere/blobs/${textDigest}`, { method: "DELETE" })).status).toBe(202);
    expect((await v2(`proto/blobs/${textDigest}`)).status).toBe(200);
  });

  test("refuses by code what is wrong", async () => {
    const wrong = await upload();
    expect(await codeOf(await v2(`${wrong}?digest=${textDigest}`, { method: "PUT", body: "another text" }))).toBe("400 DIGEST_INVALID");
    const left = await upload();
    expect((await v2(left, { method: "DELETE" })).status).toBe(204);
    const none = `sha256:${"0".repeat(64)}`;
    const cases: readonly (readonly [path: string, init: RequestInit, answer: string])[] = [
      [left, { method: "PATCH", body: "x" }, "404 BLOB_UPLOAD_UNKNOWN"],
      [`proto/blobs/uploads/?digest=md5:1`, { method: "POST", body: "x" }, "400 DIGEST_INVALID"],
      ["nowhere/tags/list", {}, "404 NAME_UNKNOWN"],
      ["UPPER/blobs/uploads/", { method: "POST" }, "400 NAME_INVALID"],
      ["proto/manifests/none", {}, "404 MANIFEST_UNKNOWN"],
      [`proto/manifests/sha256:12`, {}, "400 DIGEST_INVALID"],
      ["proto/manifests/-x", { method: "PUT", body: "{}" }, "400 TAG_INVALID"],
      ["proto/manifests/v1", { method: "PUT", body: "{" }, "400 MANIFEST_INVALID"],
      ["proto/manifests/v1", { method: "PUT", body: image.manifest.toString(), headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" } }, "400 MANIFEST_BLOB_UNKNOWN"],
      [`proto/manifests/${none}`, { method: "PUT", body: image.manifest.toString(), headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" } }, "400 DIGEST_INVALID"],
      [`proto/blobs/${none}`, {}, "404 BLOB_UNKNOWN"],
      [`proto/referrers/${none}`, {}, "404 UNSUPPORTED"],
      [`proto/blobs/${textDigest}`, { headers: { range: "bytes=200000-" } }, "416 SIZE_INVALID"],
      ["proto/blobs/uploads/", { method: "GET" }, "405 UNSUPPORTED"],
    ];
    for (const [path, init, answer] of cases) expect(await codeOf(await v2(path, init)), path).toBe(answer);
    for (const blob of [image.config, ...image.layers]) await v2(`proto/blobs/uploads/?digest=${digest(blob)}`, { method: "POST", body: new Uint8Array(blob) });
    const lying = image.manifest.toString().replace(`"size":${image.config.length}`, `"size":${image.config.length + 1}`);
    expect(await codeOf(await v2("proto/manifests/v1", { method: "PUT", body: lying }))).toBe("400 MANIFEST_INVALID");
    // At AWS's own names a push makes no repository, as on AWS.
    const foreign = await new Promise<number>((resolve, reject) => {
      const asked = request(`${cloud.endpoint}/v2/new/blobs/uploads/`, { method: "POST", headers: { host: "000000000000.dkr.ecr.us-east-1.amazonaws.com" } }, ({ statusCode = 0 }) => resolve(statusCode));
      asked.on("error", reject).end();
    });
    expect(foreign).toBe(404);
  });

  test("lists repositories and tags in pages, and deletes by tag and by digest", async () => {
    for (const tag of ["a", "b", "c"]) expect((await push(cloud.endpoint, "listed", tag, image)).status).toBe(201);
    const page = await v2("listed/tags/list?n=2");
    expect(await page.json()).toEqual({ name: "listed", tags: ["a", "b"] });
    const next = /<\/v2\/([^>]+)>/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    expect(await (await v2(next)).json()).toEqual({ name: "listed", tags: ["c"] });
    expect(((await (await v2("_catalog")).json()) as { repositories: string[] }).repositories).toContain("listed");
    expect((await v2("listed/manifests/a", { method: "DELETE" })).status).toBe(202);
    expect(await (await v2("listed/tags/list")).json()).toEqual({ name: "listed", tags: ["b", "c"] });
    const got = await v2("listed/manifests/b");
    expect([got.headers.get("content-type"), await got.text()]).toEqual(["application/vnd.oci.image.manifest.v1+json", image.manifest.toString()]);
    expect(await codeOf(await v2(`listed/blobs/${digest(image.config)}`, { method: "DELETE" }))).toBe("405 UNSUPPORTED");
    expect((await v2(`listed/manifests/${digest(image.manifest)}`, { method: "DELETE" })).status).toBe(202);
    expect(await (await v2("listed/tags/list")).json()).toEqual({ name: "listed", tags: [] });
    expect((await v2(`listed/blobs/${digest(image.config)}`)).status).toBe(404);
  });

  test("keeps whole what is pushed while its relatives are deleted", async () => {
    const all = ["a", "b", "c"].map(imageNamed);
    const pushAll = () => Promise.all(all.map((one, index) => push(cloud.endpoint, "busy", `t${index}`, one).catch((error: unknown) => error)));
    const removeOne = (one: TestImage) => v2(`busy/manifests/${digest(one.manifest)}`, { method: "DELETE" });
    await pushAll();
    for (let round = 0; round < 6; round++) await Promise.all([pushAll(), ...all.map(removeOne)]);
    for (const one of all) {
      const there = await v2(`busy/manifests/${digest(one.manifest)}`);
      if (there.status === 200) for (const blob of [one.config, ...one.layers]) expect((await v2(`busy/blobs/${digest(blob)}`)).status).toBe(200);
    }
    await ecr.send(new DeleteRepositoryCommand({ repositoryName: "busy", force: true }));
    expect((await v2("busy/tags/list")).status).toBe(404);
  });
});
