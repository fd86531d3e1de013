// Several programs in one sandbox: a shell inside, driven line by line over a socket, starts extensions and runtime, signals them, and tells how they end.
import type { Duplex } from "node:stream";
import type { Exit } from "../../ports/sandbox.ts";

/** The shell's commands arrive and its reports leave here. */
export const SUPERVISOR_FD = 6;
/** Where extensions write, so that their lines are told from the function's. */
export const EXTENSIONS_FD = 7;
/** Where the shell keeps the sandbox's own stdout and stderr, which are the runtime's. */
const OUT_FD = 8;
const ERR_FD = 9;

/** The program of a sandbox that is supervised. */
export const supervisorArgv: readonly string[] = ["/bin/sh", "-c", `exec /bin/sh -s <&${SUPERVISOR_FD}`];

/**
 * `watch NAME COMMAND` runs a command line and tells its pid and its end. Only of a signal does a shell say something (`Killed`), which tells 137
 * from SIGKILL; the words are caught by the substitution, whose pipe the program itself does not hold.
 */
const PRELUDE = `exec ${OUT_FD}>&1 ${ERR_FD}>&2
watch() { said=$( { ( read -r pid _ </proc/self/stat; echo "pid $1 $pid" >&${SUPERVISOR_FD}; eval "$2" ); echo "$?"; } 2>&1 ); echo exit "$1" $said >&${SUPERVISOR_FD}; }
`;

/** Ours: a report is a few words; who writes more is not our shell. */
const REPORT_BYTES_MAX = 4096;

export interface Program {
  /** `[a-z0-9]+`, unique per sandbox. */
  readonly id: string;
  /** As seen inside. */
  readonly argv: readonly string[];
  /** Beside what the sandbox's programs share. */
  readonly env: Readonly<Record<string, string>>;
  readonly speaksAs: "runtime" | "extension";
}

export interface Supervisor {
  start(program: Program): void;
  /** No-op for one that has ended; waits for one that has not begun. */
  signal(id: string, signal: "TERM" | "KILL"): void;
}

/** `onExit` is told once of each program. */
export function superviseBy(socket: Duplex, onExit: (id: string, exit: Pick<Exit, "code" | "signal">) => void, signalName: (number: number) => string | undefined): Supervisor {
  const pids = new Map<string, string>();
  const wanted = new Map<string, string[]>();
  const write = (text: string): void => {
    if (socket.writable) socket.write(text);
  };
  const kill = (signal: string, pid: string): void => write(`kill -${signal} ${pid} 2>/dev/null\n`);
  const take = (report: string): void => {
    const [what, id = "", ...words] = report.split(" ");
    if (what === "pid" && /^\d+$/.test(words[0] ?? "")) {
      pids.set(id, words[0] ?? "");
      for (const signal of wanted.get(id) ?? []) kill(signal, words[0] ?? "");
      wanted.delete(id);
    }
    if (what !== "exit") return;
    pids.delete(id);
    const code = Number(words.pop());
    const signal = code > 128 && words.length > 0 ? signalName(code - 128) : undefined;
    onExit(id, signal === undefined ? { code, signal: undefined } : { code: undefined, signal });
  };
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > REPORT_BYTES_MAX) rest = "";
    for (const line of lines) take(line);
  });
  write(PRELUDE);
  return {
    start: (program) => write(`watch ${program.id} ${quote(commandLine(program))} &\n`),
    signal: (id, signal) => {
      const pid = pids.get(id);
      if (pid !== undefined) kill(signal, pid);
      else wanted.set(id, [...(wanted.get(id) ?? []), signal]);
    },
  };
}

function commandLine({ argv, env, speaksAs }: Program): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}; `);
  const runtime = speaksAs === "runtime";
  const output = runtime ? `>&${OUT_FD} 2>&${ERR_FD}` : `>&${EXTENSIONS_FD} 2>&${EXTENSIONS_FD} 3>&- 5>&-`;
  return `${exports.join("")}exec ${argv.map(quote).join(" ")} </dev/null ${output} ${SUPERVISOR_FD}>&- ${EXTENSIONS_FD}>&- ${OUT_FD}>&- ${ERR_FD}>&-`;
}

/** One shell word that stands for exactly `text`. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
