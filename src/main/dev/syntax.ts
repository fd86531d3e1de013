// Says at once what the language can not read of a file that was saved, with the line; the function itself would say it at the next event.
import { execFile } from "node:child_process";
import { extname } from "node:path";
import { promisify } from "node:util";
import type { Runtime } from "../../ports/runtimes.ts";

const run = promisify(execFile);

/** Compiles without writing anything. */
const COMPILE = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')";
/** Ours: a huge file is the function's own affair. */
const checkMsMax = 5000;

/** Empty when the file can be read, is of another language, or can not be judged. */
export async function syntaxErrors({ family, interpreter }: Runtime, file: string): Promise<readonly string[]> {
  const ending = extname(file);
  const args =
    family === "node" && [".js", ".mjs", ".cjs"].includes(ending) ? ["--check", file] : family === "python" && ending === ".py" ? ["-c", COMPILE, file] : undefined;
  if (!args) return [];
  try {
    await run(interpreter, args, { timeout: checkMsMax });
    return [];
  } catch (error) {
    const said = typeof error === "object" && error !== null && "stderr" in error ? String(error.stderr) : "";
    return /SyntaxError|IndentationError|TabError/.test(said) ? [withoutFrames(said)] : [];
  }
}

/** The place and the reason, without the frames of the checker itself. */
const withoutFrames = (said: string): string =>
  said.split("\n").filter((line) => !/^\s+at |^Node\.js v|^Traceback |^\s+File "<string>"/.test(line) && line.trim() !== "").join("\n");
