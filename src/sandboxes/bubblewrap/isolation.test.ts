import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asRoot, eventually, noContainers, open, until, type Opened } from "../../../test/start-sandbox.ts";

describe.skipIf(noContainers !== undefined)("a container", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open("bubblewrap");
  });
  afterAll(() => opened.close());

  test("shows nothing of the host's homes, data, services and other sandboxes", async () => {
    await using other = await opened.start(["/bin/sh", "-c", "echo secret > /tmp/mine; echo up; exec sleep 60"]);
    await until(other.stdout, (text) => text.includes("up"));
    const { stdout } = await opened.sh(`ls -A /root /home /run /srv ${opened.dir} /etc/shadow /etc/ssl/private /sys /boot 2>/dev/null; ls -A /tmp; ls -A /`);
    expect(stdout.split("\n").filter(Boolean).sort()).toEqual(["bin", "dev", "etc", "lib", "lib64", "mnt", "opt", "proc", "sbin", "tmp", "usr", "var"].filter((name) => name !== "lib64" || readdirSync("/").includes("lib64")));
  });

  test("sees only its own processes", async () => {
    const { stdout } = await opened.sh("ls /proc | grep -c '^[0-9]'; cat /proc/1/comm");
    const [count, first] = stdout.trim().split("\n");
    expect(Number(count)).toBeLessThanOrEqual(5);
    expect(first).toBe("bwrap");
  });

  test("can write nowhere but in /tmp", async () => {
    const code = join(opened.dir, "code");
    mkdirSync(code, { recursive: true });
    writeFileSync(join(code, "handler.js"), "1");
    const { stdout } = await opened.sh("for at in / /usr /usr/bin /etc /dev /proc /opt /mnt /var /var/task /var/other /tmp; do (: > $at/new) 2>/dev/null && echo $at; done; true", { mounts: [{ source: code, target: "/var/task" }, { source: code, target: "/var/other/deep" }] });
    expect(stdout).toBe("/tmp\n");
    expect(readdirSync(code)).toEqual(["handler.js"]);
  });

  test("lets its program pass to every mount and read it", async () => {
    const code = join(opened.dir, "layer");
    mkdirSync(code, { recursive: true });
    writeFileSync(join(code, "data"), "from the layer");
    const { stdout } = await opened.sh("cat /some/where/else/data; pwd", { cwd: "/some/where/else", mounts: [{ source: code, target: "/some/where/else" }] });
    expect(stdout).toBe("from the layer/some/where/else\n");
  });

  test("has no capabilities and can not get any", async () => {
    const { stdout } = await opened.sh("grep -E '^(Cap|NoNewPrivs)' /proc/self/status");
    const status = Object.fromEntries(stdout.trim().split("\n").map((line) => line.split(/:\s+/)));
    expect(status).toMatchObject({ CapEff: "0000000000000000", CapPrm: "0000000000000000", CapInh: "0000000000000000", CapAmb: "0000000000000000", NoNewPrivs: "1" });
    if (asRoot) expect(status["CapBnd"]).toBe("0000000000000000");
  });

  test("runs under a user that has a name, and never as the kernel's root", async () => {
    const { stdout } = await opened.sh("id -un; whoami; id -u; cat /proc/self/uid_map; : > /tmp/made; stat -c '%u %a' /tmp/made /tmp");
    const lines = stdout.trim().split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "));
    expect(lines.slice(0, 2)).toEqual(["sbx_user1051", "sbx_user1051"]);
    const [inside, outside, length] = (lines[3] ?? "").split(" ").map(Number);
    const uid = Number(lines[2]);
    expect(uid).toBeGreaterThan(0);
    const kernelUid = uid - (inside ?? 0) + (outside ?? 0);
    expect(length).toBeGreaterThan(0);
    expect(kernelUid).not.toBe(0);
    expect(lines[4]).toBe(`${uid} 644`);
    expect(lines[5]).toMatch(/ 1777$/);
  });

  test.runIf(asRoot)("is another kernel user than its neighbour, as the host sees it", async () => {
    await using one = await opened.start(["/bin/sleep", "4711"]);
    await using two = await opened.start(["/bin/sleep", "4711"]);
    expect(one.id).not.toBe(two.id);
    const owners = (): readonly string[] => execFileSync("ps", ["-eo", "uid=,args="], { encoding: "utf8" }).split("\n").filter((line) => line.endsWith(" /bin/sleep 4711")).map((line) => line.trim().split(" ")[0] ?? "");
    // A start resolves just before the program takes its shell's place.
    await eventually("both run", () => owners().length === 2);
    expect(new Set(owners()).size).toBe(2);
    expect(owners()).not.toContain("0");
  });

  test("never lets the program's variables reach what runs before it, and hides them from the host's ps", async () => {
    await using sandbox = await opened.start(["/bin/sh", "-c", "echo $SECRET; exec sleep 60"], { env: { PATH: "/bin", SECRET: "it's $HOME `x` \\ \n\"2\"", LD_PRELOAD: "/tmp/none.so" } });
    expect(await until(sandbox.stdout, (text) => text.includes("2"))).toContain("it's $HOME `x`");
    const commands = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    });
    expect(commands.filter((line) => line.includes("it's $HOME"))).toEqual([]);
  });

  test("gives exactly the variables that were asked for", async () => {
    const { stdout } = await opened.sh("tr '\\0' '\\n' < /proc/self/environ", { env: { A: "1", PATH: "/usr/bin", IFS: "x", _UNDER: "", UID: "7" } });
    expect(stdout.trim().split("\n").filter((line) => !/^(PWD|OLDPWD|_)=/.test(line)).sort()).toEqual(["A=1", "IFS=x", "PATH=/usr/bin", "UID=7", "_UNDER="]);
  });

  test("has the sizes and names a program looks for", async () => {
    const { stdout } = await opened.sh("hostname; getent hosts localhost >/dev/null && getent hosts sandbox.localdomain >/dev/null && echo resolves; ulimit -n; ulimit -c; df -m /tmp | tail -1 | awk '{print $2}'; : > /dev/null && echo null; head -c4 /dev/urandom | wc -c", { openFilesMax: 512 });
    expect(stdout.trim().split("\n")).toEqual(["localhost", "resolves", "512", "0", "16", "null", "4"]);
  });

  test("refuses what can not be started, with the reason, and leaves nothing", async () => {
    await expect(opened.start(["/bin/true"], { id: "broken", mounts: [{ source: "/no/such/source", target: "/var/task" }] })).rejects.toThrow(/\/no\/such\/source/);
    await expect(opened.start(["/bin/true"], { id: "broken", env: { "not a name": "" } })).rejects.toThrow(/not a name/);
    await expect(opened.start(["/bin/true", "a\0b"], { id: "broken" })).rejects.toThrow(/NUL/);
    expect(readdirSync(opened.dir, { recursive: true }).filter((name) => String(name).includes("broken"))).toEqual([]);
    await using sandbox = await opened.start(["/bin/true"], { id: "broken" });
    expect((await sandbox.exited).code).toBe(0);
  });
});
