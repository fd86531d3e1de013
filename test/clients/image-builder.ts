// Images for tests, made by hand: a static binary and nothing else, so that whatever runs comes from the image.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { imageOf, sha256, tarOf, type TestImage } from "../../src/functions/images/tars-for-test.ts";

const run = promisify(execFile);

/** The static binary, compiled. */
export async function compileFunction(dir: string): Promise<Buffer> {
  const program = join(dir, "image-function");
  await run("gcc", ["-static", "-Os", "-s", "-o", program, join(import.meta.dirname, "fixtures/image-function.c")]);
  return readFile(program);
}

/** Two layers: the binary in a root that is bare but for it; then a whiteout. Packed by gzip and by zstd. */
export function functionImage(program: Buffer, config: Readonly<Record<string, unknown>> = {}, packings: readonly ("" | "+gzip" | "+zstd")[] = ["+gzip", "+zstd"]): TestImage {
  const first = tarOf([{ name: "app/", type: "5", mode: 0o755 }, { name: "app/run", content: program, mode: 0o4755 }, { name: "removed", content: "by the next layer" }]);
  const second = tarOf([{ name: ".wh.removed" }, { name: "app/data", content: "x" }]);
  return imageOf([first, second], { Entrypoint: ["/app/run"], Cmd: ["from-image"], WorkingDir: "/app", Env: ["VARIABLE=of the image", "PATH=/app"], User: "1234", ...config }, packings);
}

/** Writes the image as an OCI layout. */
export async function writeLayout(image: TestImage, dir: string): Promise<void> {
  const blobs = join(dir, "blobs/sha256");
  await rm(dir, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  await writeFile(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  for (const blob of [image.manifest, image.config, ...image.layers]) await writeFile(join(blobs, sha256(blob)), blob);
  const manifest = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${sha256(image.manifest)}`, size: image.manifest.length };
  await writeFile(join(dir, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

/** Pushes by plain HTTP, as the distribution protocol says; every layer by a mount that fails, a chunk and an end. */
export async function push(endpoint: string, repository: string, tag: string, image: TestImage): Promise<Response> {
  for (const blob of [image.config, ...image.layers]) {
    const digest = `sha256:${sha256(blob)}`;
    const begun = await fetch(`${endpoint}/v2/${repository}/blobs/uploads/?mount=${digest}&from=none/such`, { method: "POST" });
    if (begun.status !== 202) throw new Error(`an upload could not be begun: ${begun.status} ${await begun.text()}`);
    const at = new URL(begun.headers.get("location") ?? "", endpoint);
    await fetch(at, { method: "PATCH", body: new Uint8Array(blob) });
    at.searchParams.set("digest", digest);
    const ended = await fetch(at, { method: "PUT" });
    if (ended.status !== 201) throw new Error(`an upload could not be ended: ${ended.status} ${await ended.text()}`);
  }
  const mediaType = (JSON.parse(image.manifest.toString()) as { mediaType: string }).mediaType;
  return fetch(`${endpoint}/v2/${repository}/manifests/${tag}`, { method: "PUT", headers: { "content-type": mediaType }, body: new Uint8Array(image.manifest) });
}
