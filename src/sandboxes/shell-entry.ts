// The few shell words that every program starts through: join the control groups, set limits, then become the program.
import type { Group } from "./cgroups/group.ts";

/** Arguments of /bin/sh: `["-c", script, "sh", ...argv]`. Nothing of the user's runs before the limits hold. */
export function shellEntry(group: Group | undefined, openFilesMax: number, argv: readonly string[]): readonly string[] {
  const join = (group?.joinFiles ?? []).map((file) => `echo $$ > '${file.replaceAll("'", String.raw`'\''`)}' || exit 126`);
  return ["-c", [...join, "ulimit -c 0", `ulimit -n ${openFilesMax}`, 'exec "$@"'].join("\n"), "sh", ...argv];
}
