// Every invocation has a trace id in X-Ray's form: the caller's, or one made here that asks for no sampling.
import { hexId } from "../../kernel/ids.ts";
import type { Call } from "../../wire/service.ts";

/** `Root=1-<8 hex of seconds>-<24 hex>;Parent=<16 hex>;Sampled=0`, or the request's own header. */
export function traceIdOf({ headers }: Pick<Call, "headers">, nowMs: number): string {
  return headers["x-amzn-trace-id"] ?? `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${hexId(12)};Parent=${hexId(8)};Sampled=0`;
}
