// GetAccountSettings: the limits that hold here and what the account uses of them.
import { limits } from "../../../kernel/limits.ts";
import type { LambdaContext, Op } from "../op.ts";

/** AWS: code storage of an account and region; not enforced here, where the disk is the limit. */
const CODE_BYTES_MAX = 300 * 1024 ** 3;

export const getAccountSettings: Op<"GetAccountSettings"> = async (_input, context) => {
  const { unzippedBytesMax, zippedBytesMax } = context.heart.quotas;
  const { accountMax, setAside } = context.heart.concurrency;
  const { functions, bytes } = await usage(context);
  return {
    AccountLimit: {
      TotalCodeSize: CODE_BYTES_MAX, CodeSizeUnzipped: unzippedBytesMax, CodeSizeZipped: zippedBytesMax, ConcurrentExecutions: accountMax,
      UnreservedConcurrentExecutions: accountMax - setAside(context),
    },
    AccountUsage: { TotalCodeSize: bytes, FunctionCount: functions },
  };
};

async function usage(context: LambdaContext): Promise<{ readonly functions: number; readonly bytes: number }> {
  const page = limits.store.listMax;
  let functions = 0;
  let bytes = 0;
  for (let after: string | undefined; ; ) {
    const records = await context.heart.registry.list(context, after, page);
    functions += records.length;
    for (const { latest } of records) bytes += latest.code.sizeBytes;
    if (records.length < page) return { functions, bytes };
    after = records.at(-1)?.name;
  }
}
