// What `fugaz dev` says: each function's log as it is written, and what happens to the functions.
import type { LogSink } from "../../functions/logs/log-groups.ts";

export interface Terminal {
  /** The functions whose logs are shown; with several of them each line begins with a name. */
  show(names: readonly string[]): void;
  readonly onLog: LogSink["write"];
  say(line: string): void;
}

export function openTerminal(write: (text: string) => void): Terminal {
  let prefixes: ReadonlyMap<string, string> = new Map();
  return {
    show: (names) => {
      const width = Math.max(...names.map((name) => name.length));
      prefixes = new Map(names.map((name) => [name, names.length === 1 ? "" : `${name.padEnd(width)} | `]));
    },
    onLog: (_scope, group, _stream, { message }) => {
      const prefix = prefixes.get(group.replace(/^\/aws\/lambda\//, ""));
      if (prefix === undefined || isNoise(message)) return;
      const lines = readable(message.trimEnd()).split("\n");
      write(lines.map((line) => `${prefix}${line}\n`).join(""));
    },
    say: (line) => write(`${line}\n`),
  };
}

/** REPORT says all that these say. */
const isNoise = (message: string): boolean => /^(START|END) RequestId: |^INIT_START /.test(message);

/** An error that a runtime logs as one line of JSON, as an error looks in a terminal. */
function readable(message: string): string {
  const json = /^(?:\S+\t)?(?:\S+\t)?ERROR\t(?:\S+ )*\S+ ?\t(\{.*\})$/s.exec(message)?.[1];
  if (json === undefined) return message;
  try {
    const { errorType, errorMessage, stack } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    if (Array.isArray(stack) && stack.length > 0) return stack.join("\n");
    return typeof errorMessage === "string" ? `${String(errorType)}: ${errorMessage}` : message;
  } catch {
    return message;
  }
}
