// Programs are started through a few lines of sh, the only way to join a group and set limits before the first user instruction
// without native code; this file keeps that text safe.

/** One shell word that stands for exactly `text`. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new TypeError("a program's argument or environment cannot contain a NUL byte");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Lines that set exactly this environment (nothing inherited survives) and the words that start `argv` with it.
 * Names that are no shell identifiers are passed by env(1), the rest by export.
 */
export function environmentScript(env: Readonly<Record<string, string>>, argv: readonly string[]): { readonly exports: string; readonly command: string } {
  const plain: string[] = [];
  const odd: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || name.includes("=")) throw new TypeError(`"${name}" is not a name of an environment variable`);
    if (identifier.test(name) && !shellOwned.has(name)) plain.push(`export ${name}=${quote(value)}\n`);
    else odd.push(quote(`${name}=${value}`));
  }
  const program = argv.map(quote).join(" ");
  return {
    exports: `unset OLDPWD PWD SHLVL\n${plain.join("")}`,
    command: odd.length === 0 ? program : `/usr/bin/env ${odd.join(" ")} ${program}`,
  };
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables that shells refuse to assign or act upon while they read the script. */
const shellOwned = new Set(["_", "UID", "EUID", "PPID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO", "IFS", "PS4", "ENV", "BASH_ENV", "POSIXLY_CORRECT", "LD_PRELOAD", "LD_AUDIT"]);
