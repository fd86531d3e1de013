// Adds the official runtime interface client for Java: jars of known content, fetched from a Maven repository.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { javaClientDir, NATIVE_LIBRARY } from "../added.ts";
import { AddProblem, lastWords } from "./add-problem.ts";

const run = promisify(execFile);

export const MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2";

interface Jar {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly sha256: string;
}

/** The client and all it depends on; written for Java 8, so that one set serves every Java. Apache-2.0, all of them. */
const JARS: readonly Jar[] = [
  { group: "com.amazonaws", artifact: "aws-lambda-java-runtime-interface-client", version: "2.9.0", sha256: "26568a5f63bf9e921567e77661be425650abc8972bae2aa0b7e99bab4e4239d9" },
  { group: "com.amazonaws", artifact: "aws-lambda-java-core", version: "1.4.0", sha256: "575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed" },
  { group: "com.amazonaws", artifact: "aws-lambda-java-serialization", version: "1.2.0", sha256: "1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7" },
  { group: "software.amazon.awssdk", artifact: "utils-lite", version: "2.34.0", sha256: "efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a" },
  { group: "software.amazon.awssdk", artifact: "annotations", version: "2.34.0", sha256: "fafdcb55f4e5af603f5219f4a2b080aa0decb562a7c0944f7a7eca82dd47e487" },
];

const MAVEN_MS_MAX = 5 * 60_000;
const DOWNLOAD_MS_MAX = 60_000;
/** The largest jar has 3.7 MB. */
const JAR_BYTES_MAX = 16 * 2 ** 20;

/**
 * Fetches from `mavenUrl` when it is given; else by `mvn`, which knows the mirrors and proxies of its owner, where it is installed; else from Maven Central.
 * Only the known bytes are accepted, wherever they come from. Answers the client's version. Throws AddProblem.
 */
export async function addJavaClient(addedDir: string, mavenUrl: string | undefined): Promise<string> {
  const dir = await mkdtemp(join(addedDir, ".new-"));
  try {
    const lib = join(dir, "lib");
    await mkdir(lib);
    const byMaven = mavenUrl === undefined && (await copyByMaven(dir, lib));
    if (!byMaven) for (const jar of JARS) await writeFile(join(lib, fileOf(jar)), await download(jar, mavenUrl ?? MAVEN_CENTRAL));
    for (const jar of JARS) await check(jar, join(lib, fileOf(jar)));
    await unpackNative(lib);
    await rm(javaClientDir(addedDir), { recursive: true, force: true });
    await rename(lib, javaClientDir(addedDir));
    return JARS[0]?.version ?? "";
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** False when there is no mvn, or none that works: then the direct way is tried. */
async function copyByMaven(dir: string, lib: string): Promise<boolean> {
  const pom = join(dir, "pom.xml");
  const dependency = ({ group, artifact, version }: Jar): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  await writeFile(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>fugaz</groupId><artifactId>java-client</artifactId><version>1</version>` +
      `<dependencies>${JARS.map(dependency).join("")}</dependencies></project>`,
  );
  const args = ["-q", "-B", "-f", pom, "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies", "-DexcludeTransitive=true", `-DoutputDirectory=${lib}`];
  return run("mvn", args, { cwd: dir, timeout: MAVEN_MS_MAX }).then(() => true, () => false);
}

async function download(jar: Jar, base: string): Promise<Uint8Array> {
  const url = `${base.replace(/\/+$/, "")}/${jar.group.replaceAll(".", "/")}/${jar.artifact}/${jar.version}/${fileOf(jar)}`;
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS_MAX) });
    if (!reply.ok) throw new Error(`HTTP status ${reply.status}`);
    if (Number(reply.headers.get("content-length") ?? 0) > JAR_BYTES_MAX) throw new Error("far too large");
    return await reply.bytes();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new AddProblem(`${url} could not be fetched: ${cause === undefined ? message : lastWords(cause)}. Where a mirror must be used: --maven URL, or install mvn with its settings.`);
  }
}

async function check(jar: Jar, file: string): Promise<void> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new AddProblem(`Maven did not deliver ${fileOf(jar)}.`);
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest !== jar.sha256) throw new AddProblem(`${fileOf(jar)} is not the file it should be: its SHA-256 is ${digest}, not ${jar.sha256}. Nothing was installed.`);
}

/** The first jar has one library per processor and C library. */
async function unpackNative(lib: string): Promise<void> {
  const [client] = JARS;
  const musl = (await readdir("/lib").catch(() => [])).some((name) => name.startsWith("ld-musl-"));
  const inside = `jni/libaws-lambda-jni.linux${musl ? "_musl" : ""}-${process.arch === "arm64" ? "aarch_64" : "x86_64"}.so`;
  const entries = client && unzipSync(await readFile(join(lib, fileOf(client))), { filter: ({ name }) => name === inside });
  const library = entries?.[inside];
  if (!library) throw new AddProblem(`The Java client has no native part for this machine (${inside}).`);
  await writeFile(join(lib, NATIVE_LIBRARY), library, { mode: 0o755 });
}

const fileOf = ({ artifact, version }: Jar): string => `${artifact}-${version}.jar`;
