// Texts that are expressions or statements, nearly are, or are not at all; and the judgement on what a parser makes of one.
import { expect } from "vitest";
import { Fault } from "../../kernel/fault.ts";

/** Words at random, or a good text with something taken out, put in or swapped. */
export function someText(random: () => number, words: readonly string[], good: readonly string[]): string {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = (from: readonly string[]): string => from[below(from.length)] ?? "";
  if (random() < 0.4) return Array.from({ length: below(14) }, () => pick(words)).join(pick([" ", "", " "]));
  let text = pick(good);
  for (let n = below(4); n > 0; n--) {
    const at = below(text.length);
    text = text.slice(0, at) + pick([pick(words), "", text.charAt(below(text.length)), String.fromCharCode(below(256))]) + text.slice(at + below(3));
  }
  return text;
}

/** What a value of ours leaves in a sentence when it should not be there. */
const LEAK = /\bundefined\b|\[object |\bNaN\b|=>|\n {4}at /;

/** Undefined when the text is refused as the original would, in a sentence of `refusals`; anything else that is thrown is a bug of ours. */
export function understood<T>(text: string, refusals: RegExp, work: () => T): { readonly as: T } | undefined {
  try {
    return { as: work() };
  } catch (error) {
    if (!(error instanceof Fault)) throw new Error(`not a fault, for ${JSON.stringify(text)}`, { cause: error });
    expect(error.code, text).toBe("ValidationException");
    expect(error.message, text).toMatch(refusals);
    // What the text itself says may stand in the answer.
    if (!LEAK.test(text)) expect(error.message, text).not.toMatch(LEAK);
    return undefined;
  }
}
