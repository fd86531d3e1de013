import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { asRoot, eventually, NOBODY, nobodyBarred, noContainers, path, until } from "../../../test/start-sandbox.ts";
import { openSandboxes } from "../open.ts";

describe.skipIf(noContainers !== undefined)("a sandbox with vacant directories", () => {
  const dir = mkdtempSync(join(tmpdir(), "fugaz-vacant-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test.for([["root", undefined], ["somebody else", NOBODY], ["without perl", undefined]] as const)("is filled while its program runs, read-only, and starts again as what it became (%s)", ([name, uid], { skip }) => {
    skip(uid !== undefined && nobodyBarred !== undefined, nobodyBarred);
    if (uid === undefined && !asRoot) return;
    const own = join(dir, name);
    mkdirSync(join(own, "shelf/with space/deep"), { recursive: true });
    writeFileSync(join(own, "shelf/with space/deep/file"), "filled");
    if (uid !== undefined && asRoot) for (const at of [dir, own, "shelf", "shelf/with space", "shelf/with space/deep", "shelf/with space/deep/file"].map((at) => (at.startsWith("/") ? at : join(own, at)))) chownSync(at, uid, uid);
    const said = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", fillProgram(own, name === "without perl" ? withoutPerl(join(own, "bin")) : path)], { ...(uid !== undefined && asRoot ? { uid, gid: uid } : {}), cwd: "/", env: { PATH: path }, encoding: "utf8" });
    const { shelf, outs, refused, left } = JSON.parse(said) as Record<string, unknown>;
    // Where this machine does not let a user nest namespaces, nothing can be added, and nothing is promised.
    if (shelf === undefined) return expect(uid).toBe(NOBODY);
    expect(outs).toEqual(["lib\nfile\nfilled\nRead-only\nRead-only\n8192\n", "again file\n"]);
    expect(refused).toMatch(/not everything lies below/);
    expect(left).toEqual([]);
    expect(readFileSync(join(own, "shelf/with space/deep/file"), "utf8")).toBe("filled");
  });

  test("goes with a server that is killed, waiting or filled", async () => {
    const own = join(dir, "killed");
    mkdirSync(join(own, "shelf/code"), { recursive: true });
    const server = spawn(process.execPath, ["--input-type=module-typescript", "-e", waitProgram(own)], { stdio: ["ignore", "pipe", "inherit"], env: { PATH: path } });
    await until(server.stdout, (text) => text.includes("up"));
    expect(processesOf(own)).toBeGreaterThan(0);
    server.kill("SIGKILL");
    await once(server, "exit");
    await eventually("nobody waits any more", () => processesOf(own) === 0);
    await using next = await openSandboxes({ isolation: "bubblewrap", dir: join(own, "s"), path });
    expect(readdirSync(join(own, "s"))).toHaveLength(1);
    expect(next.shelf).toBeUndefined();
  });
});

/** A $PATH whose perl ends before it has read anything. */
function withoutPerl(dir: string): string {
  mkdirSync(dir);
  writeFileSync(join(dir, "perl"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return `${dir}:${path}`;
}

const opening = (own: string, tools = path): string => `
  import { openSandboxes } from ${JSON.stringify(join(import.meta.dirname, "../open.ts"))};
  const own = ${JSON.stringify(own)};
  const sandboxes = await openSandboxes({ isolation: "bubblewrap", dir: own + "/s", path: ${JSON.stringify(tools)}, shelf: own + "/shelf" });
  const spec = { env: { PATH: "/usr/bin:/bin" }, cwd: "/", mounts: [], memoryMb: 128, cpus: 1, processesMax: 64, openFilesMax: 256, tmpMb: 8, channel: true };
  const vacant = ["/var/task"];
`;

const fillProgram = (own: string, tools: string): string => `${opening(own, tools)}
  const hear = async (sandbox, onWords) => {
    let out = "";
    for await (const chunk of sandbox.stdout) {
      out += chunk;
      onWords?.();
    }
    return out;
  };
  const script = "cd /var/task; ls; read x <&3; cd /var/task; ls; cat file; echo; (echo x > new) 2>&1 | grep -o Read-only; chmod 777 file 2>&1 | grep -o Read-only; df -k /tmp | tail -1 | awk '{print $2}'";
  const outs = [];
  let refused;
  if (sandboxes.shelf) {
    const source = own + "/shelf/with space/deep";
    const first = await sandboxes.start({ ...spec, id: "one", argv: ["/bin/sh", "-c", script], vacant });
    let began;
    const begun = new Promise((resolve) => (began = resolve));
    const heard = hear(first, () => began());
    await begun;
    await first.become({ ...spec, id: "one", argv: ["/bin/sh", "-c", "echo again $(ls /var/task)"], mounts: [{ source, target: "/var/task" }] });
    first.channel.end("\\n");
    outs.push(await heard);
    const second = await first.restart(spec.env);
    outs.push(await hear(second));
    await second[Symbol.asyncDispose]();
    const other = await sandboxes.start({ ...spec, id: "two", argv: ["/bin/sleep", "60"], vacant });
    refused = await other.become({ ...spec, id: "two", argv: [], mounts: [{ source: "/etc", target: "/var/task" }] }).then(() => "", (error) => String(error.cause?.message ?? error));
    await other[Symbol.asyncDispose]();
  }
  const { shelf } = sandboxes;
  await sandboxes[Symbol.asyncDispose]();
  const { readdirSync } = await import("node:fs");
  console.log(JSON.stringify({ shelf, outs, refused, left: readdirSync(own + "/s") }));
`;

const waitProgram = (own: string): string => `${opening(own)}
  await sandboxes.start({ ...spec, id: "waits", argv: ["/bin/sleep", "61"], vacant });
  const filled = await sandboxes.start({ ...spec, id: "filled", argv: ["/bin/sleep", "61"], vacant });
  await filled.become({ ...spec, id: "filled", argv: ["/bin/true"], mounts: [{ source: own + "/shelf/code", target: "/var/task" }] });
  console.log("up");
  setInterval(() => {}, 1000);
`;

/** Processes that name the directory in their command line: launchers and those who wait to fill. */
function processesOf(own: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${own}/s`);
    } catch {
      return false;
    }
  }).length;
}
