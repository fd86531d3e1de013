// Platform lines and metrics name an error by a small vocabulary; runtimes report whatever they like.

/** The error type for REPORT lines: `Runtime.X` and `Function.X` stay, other `Function.*` are Function.Unknown, the rest is Runtime.Unknown (as the original's emulator does). */
export function platformErrorType(reported: string): string {
  if (/^(Runtime|Function)\.[A-Z][a-zA-Z]+$/.test(reported)) return reported;
  return reported.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}
