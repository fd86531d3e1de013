// Where code archives can be fetched from: presigned for ten minutes, as the original's links to its own bucket are.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { set, type Key, type Store } from "../../ports/store.ts";
import type { QueryPairs } from "../../wire/query-string.ts";
import { refuseExpired } from "../../wire/sigv4.ts";

export interface CodeLinks {
  /** The URL of an archive, good for ten minutes. */
  linkTo(blobId: string, endpoint: string): Promise<string>;
  /** Throws S3's faults for a link that has run out or was not made here. */
  check(blobId: string, query: QueryPairs): Promise<void>;
}

export const CODE_PATH = "/_fugaz/code/";

const SECRET_BYTES = 32;
const secretKey: Key = ["lambda", "code-link-secret"];

/** Links stay good over a restart: their secret is made once per data directory. */
export function openCodeLinks({ store, clock }: { readonly store: Pick<Store, "get" | "commit">; readonly clock: Pick<Clock, "now"> }): CodeLinks {
  let known: Promise<string> | undefined;
  const secret = (): Promise<string> => {
    if (!known) {
      known = keepSecret(store);
      // A failure is not remembered: the next link asks again.
      known.catch(() => (known = undefined));
    }
    return known;
  };
  const signature = async (blobId: string, date: string, expires: string): Promise<string> =>
    createHmac("sha256", await secret()).update(`${blobId}\n${date}\n${expires}`).digest("hex");

  return {
    linkTo: async (blobId, endpoint) => {
      const date = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
      const expires = String(limits.functions.codeLinkSeconds);
      return `${endpoint}${CODE_PATH}${blobId}.zip?X-Amz-Date=${date}&X-Amz-Expires=${expires}&X-Amz-Signature=${await signature(blobId, date, expires)}`;
    },
    check: async (blobId, query) => {
      const { "X-Amz-Date": date, "X-Amz-Expires": expires, "X-Amz-Signature": given } = Object.fromEntries(query);
      if (given === undefined) throw fault("AccessDenied", { message: "Access Denied", status: 403 });
      refuseExpired({ version: 4, date, expires }, clock.now());
      if (!same(given, await signature(blobId, date ?? "", expires ?? ""))) {
        throw fault("SignatureDoesNotMatch", { message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.", status: 403 });
      }
    },
  };
}

async function keepSecret(store: Pick<Store, "get" | "commit">): Promise<string> {
  for (;;) {
    const kept = await store.get<string>(secretKey);
    if (kept) return kept.value;
    await store.commit([{ key: secretKey, version: null }], [set(secretKey, randomBytes(SECRET_BYTES).toString("hex"))]);
  }
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
