// Translates what the heart knows about a version into the sandbox that will run it.
import { limits } from "../../kernel/limits.ts";
import type { Mount, Sandboxes, SandboxSpec } from "../../ports/sandbox.ts";
import { imageStart } from "../images/image-command.ts";
import type { BootSpec } from "../runner.ts";

const TASK = "/var/task";
/** Variables that hold lists of paths, which must name host paths where the sandbox has no file system of its own. */
const PATH_LISTS = ["PATH", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH", "GEM_PATH", "RUBYLIB"];
/** Arguments that name a path inside, alone or as a Java property. */
const PATH_WORD = /^(-D[\w.]+=)?(\/.*)$/s;

/** Everything mounted for a version: its code first. */
export const mountsOf = (spec: BootSpec): readonly Mount[] =>
  spec.version.code.image
    ? []
    : [{ source: spec.codeDir, target: TASK }, ...(spec.opt === undefined ? [] : [{ source: spec.opt, target: "/opt" }]), ...spec.runtime.mounts];

/** A command line with paths as the program will find them. */
export function pathsInside(spec: BootSpec, sandboxes: Sandboxes, argv: readonly string[]): readonly string[] {
  const mounts = mountsOf(spec);
  return argv.map((word) => word.replace(PATH_WORD, (_all, option: string | undefined, path: string) => (option ?? "") + sandboxes.pathOf(spec.id, mounts, path)));
}

/** `env` is complete; see `programEnvironment`. */
export function sandboxSpec(spec: BootSpec, sandboxes: Sandboxes, program: Pick<SandboxSpec, "argv" | "env" | "channel" | "control">): SandboxSpec {
  const mounts = mountsOf(spec);
  const { memoryMb, tmpMb, imageConfig } = spec.version.settings;
  const { image } = spec.version.code;
  return {
    id: spec.id,
    ...program,
    cwd: image ? imageStart(image, imageConfig).workingDirectory : sandboxes.pathOf(spec.id, mounts, TASK),
    rootDir: image ? spec.codeDir : undefined,
    mounts,
    memoryMb,
    cpus: memoryMb / limits.functions.memoryMbPerCpu,
    processesMax: limits.functions.processesMax,
    openFilesMax: limits.functions.openFilesMax,
    tmpMb,
  };
}

/** The version's environment, with paths as the program will find them. */
export function programEnvironment(spec: BootSpec, sandboxes: Sandboxes): Readonly<Record<string, string>> {
  const env: Record<string, string> = { ...spec.runtime.env, ...spec.env };
  const mounts = mountsOf(spec);
  const inside = (path: string): string => (path.startsWith("/") ? sandboxes.pathOf(spec.id, mounts, path) : path);
  env["LAMBDA_TASK_ROOT"] = inside(TASK);
  env["LAMBDA_RUNTIME_DIR"] = inside("/var/runtime");
  if (inside(TASK) === TASK) return env;
  for (const name of PATH_LISTS) {
    const list = env[name];
    if (list !== undefined) env[name] = list.split(":").map(inside).join(":");
  }
  env["TMPDIR"] ??= inside("/tmp");
  return env;
}
