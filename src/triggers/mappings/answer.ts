// What a function's answer says of the events of its batch, where it may name those that failed.

/** `all` succeeded, `none` did, or these failed and the others did not. */
export type Verdict = { readonly kind: "all" } | { readonly kind: "none" } | { readonly kind: "failed"; readonly ids: ReadonlySet<string> };

/**
 * `known`: ids of the batch's events. An answer that is not understood, or names an event that is not there, means that none succeeded: so does the
 * original, as an event that is lost costs more than one that comes twice.
 */
export function verdictOf(payload: Uint8Array, known: ReadonlySet<string>): Verdict {
  const answer = parsed(payload);
  if (answer === "" || answer === null || Array.isArray(answer)) return all;
  if (typeof answer !== "object") return none;
  const failures = (answer as { readonly batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return none;
  const ids = new Set<string>();
  for (const failure of failures as readonly unknown[]) {
    const id = typeof failure === "object" && failure !== null ? (failure as { readonly itemIdentifier?: unknown }).itemIdentifier : undefined;
    if (typeof id !== "string" || !known.has(id)) return none;
    ids.add(id);
  }
  return ids.size === 0 ? all : { kind: "failed", ids };
}

const all: Verdict = { kind: "all" };
const none: Verdict = { kind: "none" };

function parsed(payload: Uint8Array): unknown {
  const text = Buffer.from(payload).toString();
  if (text === "") return "";
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
