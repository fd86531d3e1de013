// The door on a real heart and a real listener: what no client can see from outside, and what needs a heart with other limits.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openTestHeart, type TestHeart } from "../../../../test/open-test-heart.ts";
import { systemClock } from "../../../main/system-clock.ts";
import { startListener, type Listener } from "../../../wire/listener.ts";
import { newUrlId, urlText } from "./address.ts";
import { urlDoor } from "./door.ts";

let on: TestHeart;
let listener: Listener;
beforeAll(async () => {
  on = await openTestHeart({ isolation: "process", limits: { accountConcurrencyMax: 1 } });
  const door = urlDoor({ heart: on.heart, sessions: { find: async () => undefined }, accountOf: () => undefined, clock: systemClock });
  listener = await startListener({ host: "127.0.0.1", port: 0, doors: [door], clock: systemClock });
});
afterAll(async () => {
  await listener.close(0);
  await on[Symbol.asyncDispose]();
});

async function serve(name: string, code: string): Promise<string> {
  const ref = await on.deploy(name, { "index.mjs": code });
  const now = systemClock.now();
  const url = { id: newUrlId(), authType: "NONE", invokeMode: "BUFFERED", cors: undefined, createdMs: now, modifiedMs: now } as const;
  const policy = { revisionId: "r", statements: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "lambda:InvokeFunctionUrl", Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" }, Bool: { "lambda:InvokedViaFunctionUrl": "true" } } }] };
  await on.heart.registry.change(ref, () => ({ urls: { $LATEST: url }, policies: { $LATEST: policy } }));
  return urlText(url.id, `http://127.0.0.1:${listener.port}`);
}

test("a call over the concurrency is told so", async () => {
  const url = await serve("slow", "export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return 1; };");
  const replies = await Promise.all([fetch(url), fetch(url)]);
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 429]);
  const refused = replies.find(({ status }) => status === 429);
  expect(refused?.headers.get("x-amzn-errortype")).toBe("TooManyRequestsException");
  expect(await refused?.json()).toEqual({ Reason: "ConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." });
});

test("a warm call asks storage for nothing", async () => {
  const url = await serve("warm", "export const handler = async () => 'warm';");
  await fetch(url);
  const asked = [vi.spyOn(on.engine.store, "get"), vi.spyOn(on.engine.store, "list")];
  expect(await (await fetch(`${url}again`)).text()).toBe("warm");
  for (const spy of asked) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
