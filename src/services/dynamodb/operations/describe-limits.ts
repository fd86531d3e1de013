// DescribeLimits: the original's default quotas of throughput; here nothing is throttled.
import type { Op } from "../op.ts";

/** AWS: default quotas per account and per table. */
const ACCOUNT_UNITS = 80_000;
const TABLE_UNITS = 40_000;

export const describeLimits: Op<"DescribeLimits"> = async () => ({
  AccountMaxReadCapacityUnits: ACCOUNT_UNITS, AccountMaxWriteCapacityUnits: ACCOUNT_UNITS, TableMaxReadCapacityUnits: TABLE_UNITS, TableMaxWriteCapacityUnits: TABLE_UNITS,
});
