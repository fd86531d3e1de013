// Event patterns as rules are given them.
import { PatternProblem, readEventPattern, type EventPattern } from "../../kernel/event-pattern/event-pattern.ts";
import { badPattern } from "./faults.ts";

/** Throws InvalidEventPatternException. */
export function readPattern(text: string): EventPattern {
  try {
    return readEventPattern(text);
  } catch (error) {
    if (error instanceof PatternProblem) throw badPattern(error.message);
    throw error;
  }
}
