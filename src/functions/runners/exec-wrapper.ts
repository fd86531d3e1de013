// AWS_LAMBDA_EXEC_WRAPPER: a program of the function's own that starts the runtime in its place.
import type { BootSpec } from "../runner.ts";

/**
 * The wrapper gets the runtime's command line as its arguments. A shell starts it, as in the original,
 * so that a missing wrapper is exit status 127 with the shell's own message in the log.
 */
export function wrapped({ env }: BootSpec, argv: readonly string[]): readonly string[] {
  const wrapper = env["AWS_LAMBDA_EXEC_WRAPPER"];
  return wrapper ? ["/bin/sh", "-c", 'exec "$0" "$@"', wrapper, ...argv] : argv;
}
