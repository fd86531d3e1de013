// What a person did or must do: printed as one sentence, without a stack.

export class UserError extends Error {
  override readonly name = "UserError";
}

/** Turns the failures that a person can mend into sentences; anything else stays what it is. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (error.name === "DataDirLocked" || error.name === "DataDirNotWritable" || error.name === "SchemaTooNew" || error.name === "IsolationImpossible" || error.name === "AddProblem") return new UserError(error.message);
  if (code === "ECONNREFUSED") return new UserError("No Fugaz answers there. Start one with `fugaz start`, or name its address with --endpoint.");
  // What a service answers is for the caller, and our own stack tells nothing about it.
  if ("$metadata" in error && "$fault" in error) return new UserError(`${error.message} (${error.name})`);
  return error;
}
