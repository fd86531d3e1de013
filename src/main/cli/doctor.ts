// `fugaz doctor`: what this machine can isolate and run, and why, without starting a server.
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { readConfig } from "../config.ts";
import { version } from "../version.ts";
import { table } from "./table.ts";

export const doctorCommand = (): Command =>
  new Command("doctor")
    .description("Show what isolation works here and why, which runtimes were found and where, versions, memory and disk")
    .addOption(new Option("-d, --data-dir <path>", "whose disk to look at").env("FUGAZ_DATA_DIR").default(".fugaz"))
    .addOption(new Option("--isolation <kind>", "what to try").choices(["auto", "bubblewrap", "process"]).default("auto"))
    .option("--json", "print one JSON object")
    .action(async (options: { readonly dataDir: string; readonly isolation: string; readonly json?: true }) => {
      const findings = await examine(options);
      process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : asText(findings));
    });

async function examine({ dataDir, isolation }: { readonly dataDir: string; readonly isolation: string }) {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-doctor-"));
  try {
    const config = readConfig({ dataDir: dir, isolation, path: process.env["PATH"], home: process.env["HOME"], javaHome: process.env["JAVA_HOME"] });
    const { probeMachine } = await import("../compose.ts");
    const { report, runtimes } = await probeMachine(config, resolve(dataDir));
    const disk = await statfs(resolve(dataDir)).catch(() => statfs(process.cwd()));
    return {
      fugaz: version,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cpus: availableParallelism(),
      memoryMb: Math.round(totalmem() / 2 ** 20),
      dataDir: resolve(dataDir),
      diskFreeMb: Math.round((disk.bavail * disk.bsize) / 2 ** 20),
      isolation: report,
      runtimes: runtimes.map(({ name, family, version: runs, exact, origin, interpreter }) => ({ name, family, version: runs, exact, origin, interpreter })),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

type Findings = Awaited<ReturnType<typeof examine>>;

function asText(findings: Findings): string {
  const { isolation, runtimes } = findings;
  const machine = [
    ["Fugaz", findings.fugaz],
    ["Node", findings.node],
    ["Machine", `${findings.platform}, ${findings.cpus} CPUs, ${findings.memoryMb} MB memory`],
    ["Data", `${findings.dataDir}, ${findings.diskFreeMb} MB free`],
    ["Isolation", `${isolation.kind}, level ${isolation.level}`],
  ];
  return [
    machine.map(([name = "", value = ""]) => `${name.padEnd(10)} ${value}\n`).join(""),
    `What is enforced, and how\n${table(["", ""], Object.entries(isolation.enforced).map(([what, how]) => [`  ${what}`, how])).replace(/^\s*\n/, "")}`,
    isolation.warnings.map((warning) => `Warning: ${warning}\n`).join(""),
    `Runtimes\n${table(["  NAME", "RUNS ON", "WHERE"], runtimes.map(({ name, version: runs, exact, interpreter }) => [`  ${name}`, `${runs || "your binary"}${exact ? "" : " (nearest present)"}`, interpreter || "the function's own"]))}`,
  ].filter((part) => part !== "").join("\n");
}
