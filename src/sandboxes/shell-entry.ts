// The few shell words that every program starts through: join the control groups, set limits, take on the environment, become the program.
import type { Group } from "./cgroups/group.ts";

/** The descriptor on which a sandboxed program's environment arrives, as shell exports. */
export const ENVIRONMENT_FD = 4;

/** One shell word that stands for exactly `text`. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new TypeError("an argument or environment variable of a program can not contain a NUL byte");
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Arguments of /bin/sh: `["-c", script, "sh", ...argv]`. Nothing of the user's runs before the limits hold. */
export function shellEntry(group: Group | undefined, openFilesMax: number, argv: readonly string[]): readonly string[] {
  const join = (group?.joinFiles ?? []).map((file) => `echo $$ > ${quote(file)} || exit 126`);
  return ["-c", [...join, "ulimit -c 0", `ulimit -n ${openFilesMax}`, 'exec "$@"'].join("\n"), "sh", ...argv];
}

/**
 * What runs first inside a container, already without rights: it reads the environment and becomes the program. The function's variables must not
 * reach the programs before it, since LD_PRELOAD would make those run the function's code with their rights; and arguments would show secrets to `ps`.
 */
export const insideEntry = (argv: readonly string[]): readonly string[] => [
  "/bin/sh", "-c", `eval "$(cat <&${ENVIRONMENT_FD})"\nexec ${ENVIRONMENT_FD}<&-\nexec "$@"`, "sh", ...argv,
];

/** The text for `ENVIRONMENT_FD`: exactly these variables and no other. Throws a TypeError for a name that no shell can set. */
export function environmentText(env: Readonly<Record<string, string>>): string {
  const exports = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`"${name}" is not a name of an environment variable`);
    return `export ${name}=${quote(value)}\n`;
  });
  return `unset OLDPWD PWD SHLVL\n${exports.join("")}`;
}
