// Turns an invocation under way into what a streaming caller wants: the beginning as soon as it is there, the end as it really was.
import type { InvokeResult, StreamedInvocation } from "../function.ts";
import type { ResponseBody } from "./response-body.ts";

/**
 * Resolves when `body` opens or the invocation ends; closes the body when the invocation ends. Rejects as `result` does before that.
 * When the signal aborts, the reader has left, whether or not it had begun.
 */
export async function streamedInvocation(body: ResponseBody, result: Promise<InvokeResult>, signal: AbortSignal | undefined): Promise<StreamedInvocation> {
  signal?.addEventListener("abort", () => body.abandon(), { once: true });
  const closed = result.then(
    ({ functionError }) => (functionError ? body.break() : body.end()),
    (error: unknown) => {
      body.break();
      // Before the beginning the failure is the caller's answer; after it, `result` tells.
      if (body.contentType === undefined) throw error;
    },
  );
  await Promise.race([body.opened, closed]);
  const { contentType, executedVersion } = body;
  return { stream: contentType === undefined ? undefined : { contentType, body }, executedVersion, result };
}
