// The few shell words that every program starts through: join the control groups, set limits, take on the environment, become the program.
import { constants } from "node:os";
import { CONTROL_FD, type SandboxSpec } from "../ports/sandbox.ts";
import type { Group } from "./cgroups/group.ts";

/** The descriptor on which the shell inside a container tells how its program fares. */
export const STATUS_FD = 4;
/** Where a container's launcher reads the rest of bwrap's command line. */
export const OPTIONS_FD = 5;
/** A launcher's first word: it is in its groups and namespaces, and waits. */
export const PREPARED = "prepared\n";
/** And then, by itself on a line: the program runs now. Before it a shell may have something to say, such as bash of a locale that is not there. */
export const READY = /^prepared\n(?:[\s\S]*?\n)?ready\n/;
const CHANNEL_FD = 3;
/** Where that shell keeps the program's stderr: its own goes to the status. */
const STDERR_FD = 9;

/** One shell word that stands for exactly `text`. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new TypeError("an argument or environment variable of a program can not contain a NUL byte");
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Lines of a shell script that has one thread: it joins the group and, by inheritance, all that it starts. Ends with 126 when the kernel refuses. */
export const joinLines = (group: Group | undefined): readonly string[] => (group?.joinFiles ?? []).map((file) => `echo 0 > ${quote(file)} || exit 126`);

/** What every program is bound by as a process, however the server was started. */
const limitLines = (openFilesMax: number): readonly string[] => ["umask 022", "ulimit -c 0", `ulimit -n ${openFilesMax}`];

/** Arguments of /bin/sh: `["-c", script, "sh", ...argv]`. Nothing of the user's runs before the limits hold. `lockMark`: see `lockMarkOf`. */
export function shellEntry(group: Group | undefined, openFilesMax: number, argv: readonly string[], lockMark: number): readonly string[] {
  // dash and bash name it differently; where neither can set it, the environment tells.
  const mark = `{ ulimit -w ${lockMark} || ulimit -x ${lockMark}; } 2>/dev/null`;
  return ["-c", [...joinLines(group), ...limitLines(openFilesMax), mark, 'exec "$@"'].join("\n"), "sh", ...argv];
}

/**
 * What the shell inside a container reads from its standard input, already without rights. The function's variables arrive here and not
 * earlier, since LD_PRELOAD would make the programs before it run the function's code with their rights; arguments would show secrets to `ps`.
 * The shell stays and writes to `STATUS_FD`: `ready`, what it has to say about a signal, `exit <n>`. Throws a TypeError for a name that no shell can set.
 */
export function insideScript(env: Readonly<Record<string, string>>, { argv, channel, control, openFilesMax }: Pick<SandboxSpec, "argv" | "channel" | "control" | "openFilesMax">, envProgram: readonly string[] = ["/usr/bin/env"]): string {
  const exports: string[] = [];
  const others: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`"${name}" is not a name of an environment variable`);
    if (heldByShells.has(name)) others.push(quote(`${name}=${value}`));
    else exports.push(`export ${name}=${quote(value)}`);
  }
  const program = [...(others.length > 0 ? [...envProgram, ...others] : []), ...argv.map(quote)].join(" ");
  return [
    `exec ${STDERR_FD}>&2 2>&${STATUS_FD}`,
    ...limitLines(openFilesMax),
    "unset OLDPWD PWD SHLVL",
    ...exports,
    `echo ready >&${STATUS_FD}`,
    `(exec ${program} </dev/null 2>&${STDERR_FD} ${STDERR_FD}>&- ${STATUS_FD}>&-${channel ? "" : ` ${CHANNEL_FD}>&-`}${control ? "" : ` ${CONTROL_FD}>&-`})`,
    `echo "exit $?" >&${STATUS_FD}`,
    "",
  ].join("\n");
}

/** Variables that some shell keeps read-only or acts upon; env(1) sets them. */
const heldByShells = new Set(["_", "UID", "EUID", "PPID", "GROUPS", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO", "IFS", "OPTIND", "LINENO"]);

/**
 * Reads the status: a shell reports a signal as 128 + n, which is also a possible exit code, but only of a signal does it have something to say
 * (`Killed`). Undefined when the shell itself was ended before its program.
 */
export function exitOf(status: string): { readonly code: number | undefined; readonly signal: string | undefined } | undefined {
  const [, said = "", digits] = /^([\s\S]*?)exit (\d+)\n$/.exec(READY.test(status) ? status.replace(READY, "") : "") ?? [];
  if (digits === undefined) return undefined;
  const code = Number(digits);
  const signal = code > 128 && said.trim() !== "" ? signalNames.get(code - 128) : undefined;
  return { code: signal === undefined ? code : undefined, signal };
}

/** The first name of each number: aliases (`SIGIOT`) come after. */
const signalNames = new Map(Object.entries(constants.signals).toReversed().map(([name, number]) => [number, name]));
