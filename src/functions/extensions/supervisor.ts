// Several programs in one sandbox: a shell inside, driven line by line over one socket, starts extensions and runtime, signals them, tells how they end
// and what the extensions say.
import { hexId } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import type { Duplex } from "node:stream";
import type { Exit } from "../../ports/sandbox.ts";

/** The program of a supervised sandbox; `fd` is the socket's descriptor, `shell` the words that start a shell there. */
export const supervisorArgv = (fd: number, shell: readonly string[]): readonly string[] => [...shell, "-c", `exec ${shell.map(quote).join(" ")} -s <&${fd}`];

/** Where the shell keeps the sandbox's own stdout and stderr, which are the runtime's, and what an extension writes to. */
const [OUT_FD, ERR_FD, EXTENSION_FD] = [5, 6, 7];
/** Pieces so short are written at once by every shell, so that those of several writers can not mix. */
const PIECE_BYTES = 4000;
/** Ours: a message from inside; who writes longer ones is not our shell. */
const MESSAGE_BYTES_MAX = 64 * 1024;

export interface Program {
  /** `[a-z0-9]+`, unique per sandbox. */
  readonly id: string;
  /** As seen inside. */
  readonly argv: readonly string[];
  /** Beside what the sandbox's programs share. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Supervisor {
  startRuntime(program: Program): void;
  startExtension(program: Program): void;
  /** No-op for one that has ended; waits for one that has not begun. */
  signal(id: string, signal: "TERM" | "KILL"): void;
}

export interface SupervisorDeps {
  readonly socket: Duplex;
  readonly fd: number;
  readonly signalName: (number: number) => string | undefined;
  /** A line of an extension, without its newline. */
  readonly onLine: (id: string, text: string) => void;
  /** Told once of each program, of an extension after its last line. */
  readonly onExit: (id: string, exit: Pick<Exit, "code" | "signal">) => void;
}

export function superviseBy({ socket, fd, signalName, onLine, onExit }: SupervisorDeps): Supervisor {
  // An extension's end comes in band, after its last words; no word of its own looks like it.
  const endMark = hexId(16);
  const pids = new Map<string, string>();
  const wanted = new Map<string, string[]>();
  const pieces = new Map<string, Buffer[]>();
  const write = (text: string): void => {
    if (socket.writable) socket.write(text);
  };
  const kill = (signal: string, pid: string): void => write(`kill -${signal} ${pid} 2>/dev/null\n`);
  const begun = (id: string, pid: string): void => {
    pids.set(id, pid);
    for (const signal of wanted.get(id) ?? []) kill(signal, pid);
    wanted.delete(id);
  };
  /** `words`: what a shell says of a signal, which tells 137 from SIGKILL, and the code. */
  const ended = (id: string, words: readonly string[]): void => {
    pids.delete(id);
    const code = Number(words.at(-1));
    const signal = code > 128 && words.length > 1 ? signalName(code - 128) : undefined;
    onExit(id, signal === undefined ? { code, signal: undefined } : { code: undefined, signal });
  };
  const said = (id: string, piece: Buffer, whole: boolean): void => {
    const line = [...(pieces.get(id) ?? []), piece];
    const bytes = line.reduce((sum, { length }) => sum + length, 0);
    if (!whole && bytes < limits.functions.logLineBytesMax) return void pieces.set(id, line);
    pieces.delete(id);
    const [text = "", end] = Buffer.concat(line).toString().split(endMark);
    if (text !== "" || end === undefined) onLine(id, text);
    if (end !== undefined) ended(id, end.trim().split(" "));
  };
  const take = (message: Buffer): void => {
    const [what, id = "", ...words] = message.toString("latin1").split(" ");
    if (what === "pid" && /^\d+$/.test(words[0] ?? "")) begun(id, words[0] ?? "");
    else if (what === "exit") ended(id, words);
    else if (what === "say" || what === "part") said(id, message.subarray(what.length + id.length + 2), what === "say");
  };
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MESSAGE_BYTES_MAX) rest = Buffer.alloc(0);
  });
  write(prelude(fd, endMark));
  return {
    startRuntime: (program) => write(`runtime ${program.id} ${quote(commandLine(program, `>&${OUT_FD} 2>&${ERR_FD}`, fd))} &\n`),
    startExtension: (program) => write(`extension ${program.id} ${quote(commandLine(program, `>&${EXTENSION_FD} 2>&${EXTENSION_FD} 3>&-`, fd))} &\n`),
    signal: (id, signal) => {
      const pid = pids.get(id);
      if (pid !== undefined) kill(signal, pid);
      else wanted.set(id, [...(wanted.get(id) ?? []), signal]);
    },
  };
}

/** `run` is caught in a substitution whose pipe the program itself does not hold; what it prints is a shell's word about a signal, and the exit code. */
const prelude = (fd: number, endMark: string): string => `exec ${OUT_FD}>&1 ${ERR_FD}>&2
run() { { ( read -r pid _ </proc/self/stat; printf 'pid %s %s\\n' "$1" "$pid" >&${fd}; eval "$2" ); echo "$?"; } 2>&1; }
runtime() { said=$(run "$1" "$2"); echo exit "$1" $said >&${fd}; }
extension() { { said=$(run "$1" "$2"); echo ${endMark} $said; } ${EXTENSION_FD}>&1 | listen "$1"; }
listen() {
  while IFS= read -r line || [ -n "$line" ]; do
    while [ \${#line} -gt ${PIECE_BYTES} ]; do
      piece=$(printf '%.${PIECE_BYTES}s' "$line")
      line=\${line#"$piece"}
      printf 'part %s %s\\n' "$1" "$piece" >&${fd}
    done
    printf 'say %s %s\\n' "$1" "$line" >&${fd}
  done
}
`;

function commandLine({ argv, env }: Program, output: string, fd: number): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}; `);
  return `${exports.join("")}exec ${argv.map(quote).join(" ")} </dev/null ${output} ${fd}>&- ${EXTENSION_FD}>&- ${OUT_FD}>&- ${ERR_FD}>&-`;
}

/** One shell word that stands for exactly `text`. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
