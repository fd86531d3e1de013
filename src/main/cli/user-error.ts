// What a person did or must do: printed as one sentence, without a stack.

export class UserError extends Error {
  override readonly name = "UserError";
}

/** Turns the failures that a person can mend into sentences; anything else stays what it is. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  if (error.name === "DataDirLocked" || error.name === "DataDirNotWritable" || error.name === "SchemaTooNew" || error.name === "IsolationImpossible" || error.name === "AddProblem") return new UserError(error.message);
  // What a service answers is for the caller, and our own stack tells nothing about it.
  if ("$metadata" in error && "$fault" in error) return new UserError(`${error.message} (${error.name})`);
  const where = address === undefined ? "there" : `at ${address} port ${port}`;
  if (code !== undefined && unreached.has(code)) return new UserError(`No Fugaz answers ${where}. Start one with \`fugaz start\`, or name its address with --endpoint.`);
  return error;
}

const unreached: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);
