// Why something could not be added, as a sentence for the person who asked.

export class AddProblem extends Error {
  override readonly name = "AddProblem";
}

/** What a program that failed has said, shortened; else the failure itself. */
export function lastWords(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr?.trim() || message || String(error)).split("\n").slice(0, LINES_MAX).join("\n");
}

const LINES_MAX = 5;
