// Finds Ruby interpreters: those on the PATH and those of rbenv, rvm, chruby and ruby-install.
import { execFile } from "node:child_process";
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Interpreter } from "./interpreter.ts";
import { minorOf } from "./names.ts";

const run = promisify(execFile);

export interface Ruby extends Interpreter {
  /** Installation prefix: interpreter and standard library. */
  readonly prefix: string;
  /** `3.1.0`: names the directories of gems that this Ruby can load. */
  readonly abi: string;
  /** Where gems of this machine lie, the AWS SDK among them where it is installed. */
  readonly gemDirs: readonly string[];
}

const QUESTION = `
require "json"; require "rbconfig"
puts JSON.generate(version: RUBY_VERSION, file: RbConfig.ruby, prefix: RbConfig::CONFIG["prefix"], abi: RbConfig::CONFIG["ruby_version"], gemDirs: Gem.default_path.select { |dir| File.directory?(dir) })
`;

export async function installedRubies(path: string, home: string): Promise<readonly Ruby[]> {
  const dirs = [
    ...path.split(":").filter((dir) => dir.startsWith("/")), "/usr/local/bin", "/usr/bin",
    ...(await binDirs(join(home, ".rbenv/versions"))), ...(await binDirs(join(home, ".rvm/rubies"))), ...(await binDirs(join(home, ".rubies"))), ...(await binDirs("/opt/rubies")),
  ];
  const files = new Set<string>();
  for (const dir of new Set(dirs)) {
    const real = await realpath(join(dir, "ruby")).catch(() => undefined);
    // A shim picks by its own name and place: asked where it lies.
    if (real !== undefined) files.add(dir.endsWith("/shims") ? join(dir, "ruby") : real);
  }
  const answers = (await Promise.all([...files].map(ask))).filter((answer) => answer !== undefined);
  return [...new Map(answers.map((ruby) => [ruby.file, ruby])).values()];
}

async function ask(file: string): Promise<Ruby | undefined> {
  const reply = await run(file, ["-e", QUESTION], { timeout: 10_000, env: {} }).catch(() => undefined);
  if (!reply) return undefined;
  const answer = JSON.parse(reply.stdout) as Pick<Ruby, "version" | "file" | "prefix" | "abi" | "gemDirs">;
  const real = await realpath(answer.file).catch(() => undefined);
  return real === undefined ? undefined : { ...answer, file: real, promise: minorOf(answer.version), origin: "machine" };
}

const binDirs = async (dir: string): Promise<readonly string[]> => (await readdir(dir).catch(() => [])).map((name) => join(dir, name, "bin"));
