import { expect, test } from "vitest";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Store } from "../../ports/store.ts";
import { parseQuery } from "../../wire/query-string.ts";
import { openCodeLinks } from "./code-links.ts";

const id = "a".repeat(64);

/** Only what the links ask of a store: one value under one key. */
function oneValue(): Pick<Store, "get" | "commit"> {
  let kept: unknown;
  return {
    get: async <T>(key: readonly unknown[]) => (kept === undefined ? undefined : { key: key as never, value: kept as T, version: 1 }),
    commit: async (_checks, writes) => {
      for (const write of writes) if (write.kind === "set") kept = write.value;
      return { ok: true, version: 1, appended: [] };
    },
  };
}

const queryOf = (link: string) => parseQuery(new URL(link).search.slice(1)).pairs;

test("a link is good for ten minutes, also after a restart, and for its own archive only", async () => {
  const clock = fakeClock();
  const store = oneValue();
  const link = await openCodeLinks({ store, clock }).linkTo(id, "http://127.0.0.1:4566");
  expect(link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:4566/_fugaz/code/${id}\\.zip\\?X-Amz-Date=\\d{8}T\\d{6}Z&X-Amz-Expires=600&X-Amz-Signature=[0-9a-f]{64}$`));
  const links = openCodeLinks({ store, clock });
  await links.check(id, queryOf(link));
  await expect(links.check("b".repeat(64), queryOf(link))).rejects.toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
  await clock.advance(600_000);
  await links.check(id, queryOf(link));
  await clock.advance(1_000);
  await expect(links.check(id, queryOf(link))).rejects.toMatchObject({ code: "AccessDenied", status: 403, message: "Request has expired" });
});

test.each([
  ["nothing signed", "", { code: "AccessDenied", message: "Access Denied" }],
  ["no date", "X-Amz-Signature=00", { code: "AuthorizationQueryParametersError" }],
  ["a longer life", undefined, { code: "SignatureDoesNotMatch", status: 403 }],
])("%s opens no archive", async (_, query, refusal) => {
  const links = openCodeLinks({ store: oneValue(), clock: fakeClock() });
  const longer = (await links.linkTo(id, "http://x")).replace("Expires=600", "Expires=6000");
  await expect(links.check(id, query === undefined ? queryOf(longer) : parseQuery(query).pairs)).rejects.toMatchObject(refusal);
});
