// JSON whose numbers keep their spelling: patterns compare numbers as they are written, so that 300 is neither 300.0 nor 3e2.

/** A number as a document spells it. */
export class SpelledNumber {
  readonly text: string;
  readonly value: number;

  constructor(text: string) {
    this.text = text;
    this.value = Number(text);
  }
}

/** Like JSON.parse, with SpelledNumber in place of numbers. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown, context?: { readonly source?: string }) => (typeof value === "number" ? new SpelledNumber(context?.source ?? String(value)) : value));
}

/** Undefined when the value is no number. */
export function spelling(value: unknown): string | undefined {
  if (value instanceof SpelledNumber) return value.text;
  return typeof value === "number" ? String(value) : undefined;
}

export function numberIn(value: unknown): number | undefined {
  if (value instanceof SpelledNumber) return value.value;
  return typeof value === "number" ? value : undefined;
}
