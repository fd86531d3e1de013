// ListBuckets: the caller's buckets in the order of their names, page by page when the client asks for pages.
import { limits } from "../../../kernel/limits.ts";
import type { Entry } from "../../../ports/store.ts";
import { successor } from "../prefixes.ts";
import { invalidArgument } from "../errors.ts";
import { bucketArn } from "../event.ts";
import type { Op, S3Context } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { keys } from "../records.ts";
import { readToken, writeToken } from "../tokens.ts";
import { wireTime } from "../views.ts";

interface Owned {
  readonly createdMs: number;
  readonly region: string;
}

export const listBuckets: Op<"ListBuckets"> = async (input, context) => {
  const { MaxBuckets: max, Prefix: prefix = "", BucketRegion: region } = input;
  if (max !== undefined && (max < 1 || max > limits.s3.bucketsPerAccountMax)) {
    throw invalidArgument(`Argument max-buckets must be an integer between 1 and ${limits.s3.bucketsPerAccountMax}`, "max-buckets", max);
  }
  const after = input.ContinuationToken === undefined ? undefined : readToken(input.ContinuationToken);
  const limit = max ?? limits.s3.bucketsPerAccountMax;
  const found = await ownedBuckets(context, prefix, after, region, limit + 1);
  const shown = found.slice(0, limit);
  return {
    Buckets: shown.map(({ name, owned }) => ({
      Name: name, CreationDate: wireTime(owned.createdMs), BucketRegion: owned.region, BucketArn: bucketArn({ name, region: owned.region }),
    })),
    Owner: ownerOf(context.account),
    ContinuationToken: found.length > limit ? writeToken(shown.at(-1)?.name ?? "") : undefined,
    Prefix: input.Prefix,
  };
};

async function ownedBuckets({ store, account }: S3Context, prefix: string, after: string | undefined, region: string | undefined, limit: number) {
  const found: { readonly name: string; readonly owned: Owned }[] = [];
  const end = successor(prefix);
  let last = after === undefined || after < prefix ? undefined : keys.owned(account, after);
  while (found.length < limit) {
    const page: readonly Entry<Owned>[] = await store.list<Owned>({
      prefix: keys.ownedBy(account), from: last ? undefined : keys.owned(account, prefix), after: last,
      before: end === undefined ? undefined : keys.owned(account, end), limit: limits.store.listMax,
    });
    for (const { key, value } of page) {
      if (region === undefined || value.region === region) found.push({ name: String(key.at(-1)), owned: value });
    }
    last = page.at(-1)?.key;
    if (page.length < limits.store.listMax) break;
  }
  return found.slice(0, limit);
}
