// DescribeAccountSettings: there is nothing to commit to here, and the answer says so.
import type { Op } from "../op.ts";

export const describeAccountSettings: Op<"DescribeAccountSettings"> = async () => ({ MinimumThroughputBillingCommitment: { Status: "DISABLED" } });
