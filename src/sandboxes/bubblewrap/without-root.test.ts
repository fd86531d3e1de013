import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { asRoot, NOBODY, nobodyBarred, noContainers, path } from "../../../test/start-sandbox.ts";

describe.skipIf(noContainers !== undefined)("a server that is not root", () => {
  const dir = mkdtempSync(join(tmpdir(), "fugaz-nobody-"));
  if (asRoot) chownSync(dir, NOBODY, NOBODY);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("isolates all the same, keeps /tmp when a program crashes, and leaves nothing", ({ skip }) => {
    skip(nobodyBarred !== undefined, nobodyBarred);
    const said = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", program(dir)], {
      ...(asRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      cwd: "/",
      env: { PATH: path },
      encoding: "utf8",
    });
    const { report, outs, ends } = JSON.parse(said) as { report: { level: number; enforced: Record<string, string>; warnings: string[] }; outs: string[]; ends: string[] };
    expect(report.level).toBe(1);
    expect(report.enforced["syscalls"]).toMatch(/^seccomp/);
    // Its user, its capabilities, a filter, the size of its /tmp.
    const fresh = "51000\n0000000000000000\n2\n16384\n";
    // Where this machine does not let a user nest namespaces, /tmp is lost, and that is said.
    const again = report.enforced["tmp"]?.includes("kept") ? `kept\n${fresh}` : fresh;
    if (again === fresh) expect(report.warnings.join()).toMatch(/finds its \/tmp empty/);
    expect(outs).toEqual([fresh, again, again]);
    expect(ends).toEqual(["SIGSEGV", "SIGKILL", "SIGKILL"]);
    expect(readdirSync(dir)).toEqual([]);
  });
});

const program = (at: string): string => `
  import { openSandboxes } from ${JSON.stringify(join(import.meta.dirname, "../open.ts"))};
  const sandboxes = await openSandboxes({ isolation: "bubblewrap", dir: ${JSON.stringify(at)}, path: ${JSON.stringify(path)} });
  const script = "[ -e /tmp/kept ] && cat /tmp/kept; echo kept > /tmp/kept; id -u; grep CapEff /proc/self/status | cut -f2; grep Seccomp: /proc/self/status | cut -f2; df -k /tmp | tail -1 | awk '{print $2}'; read x <&3; kill -SEGV $$";
  const spec = { id: "one", argv: ["/bin/sh", "-c", script], env: { PATH: "/usr/bin:/bin" }, cwd: "/", mounts: [], memoryMb: 128, cpus: 1, processesMax: 64, openFilesMax: 256, tmpMb: 16, channel: true };
  const outs = [];
  const ends = [];
  const hear = async (sandbox, end) => {
    let out = "";
    for await (const chunk of sandbox.stdout) {
      out += chunk;
      if (out.endsWith("16384\\n")) end(sandbox);
    }
    outs.push(out);
    ends.push((await sandbox.exited).signal);
    return sandbox;
  };
  const env = { PATH: "/usr/bin:/bin" };
  const first = await hear(await sandboxes.start(spec), (sandbox) => sandbox.channel.end("\\n"));
  const second = await hear(await first.restart(env), (sandbox) => void sandbox.kill());
  const third = await hear(await second.restart(env), (sandbox) => void sandbox[Symbol.asyncDispose]());
  await third[Symbol.asyncDispose]();
  const { report } = sandboxes;
  await sandboxes[Symbol.asyncDispose]();
  console.log(JSON.stringify({ report, outs, ends }));
`;
