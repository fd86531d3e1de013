// What may be sent to a function: JSON within bounds, an empty body standing for {}.
import { fault } from "../../kernel/fault.ts";
import { jsonProblem } from "./json-problem.ts";

/** The bytes to hand over. Faults: RequestTooLargeException 413, InvalidRequestContentException 400. */
export function checkedPayload(payload: Uint8Array | undefined, bytesMax: number): Uint8Array {
  if (!payload || payload.byteLength === 0) return EMPTY;
  if (payload.byteLength > bytesMax)
    throw fault("RequestTooLargeException", { message: `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`, status: 413, Type: "User" });
  try {
    JSON.parse(STRICT.decode(payload));
  } catch {
    throw fault("InvalidRequestContentException", { message: `Could not parse request body into json: Could not parse payload into json: ${jsonProblem(payload)}`, Type: "User" });
  }
  return payload;
}

const EMPTY = new TextEncoder().encode("{}");
const STRICT = new TextDecoder("utf-8", { fatal: true });
