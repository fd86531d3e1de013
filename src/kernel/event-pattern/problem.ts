// What is wrong with an event pattern, for whoever has to word the refusal.

export class PatternProblem extends Error {
  override readonly name = "PatternProblem";
}
