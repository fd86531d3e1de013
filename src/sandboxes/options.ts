// What the room needs from whoever opens it, so that it reads no environment and writes no log of its own choosing.

/** The part of a pino logger this room uses. */
export interface SandboxLogger {
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  debug(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

/** Kernel user ids that sandboxes may take when the server runs as root, one per live sandbox. */
export interface UserRange {
  readonly first: number;
  readonly count: number;
}

export interface SandboxesOptions {
  /** `auto` takes the strongest that works here and warns about what is missing. */
  readonly isolation: "auto" | "bubblewrap" | "process";
  /** A directory of our own: private /tmp trees and traces of this server. What a killed server left in it is removed. */
  readonly dir: string;
  /** The PATH on which `bwrap`, `setpriv` and their like are looked for. */
  readonly path: string;
  readonly logger?: SandboxLogger;
  /** Used at level 1 as root only. Default: 51000 to 58999, which Debian gives to nobody. */
  readonly users?: UserRange;
}

export const usersDefault: UserRange = { first: 51_000, count: 8000 };
