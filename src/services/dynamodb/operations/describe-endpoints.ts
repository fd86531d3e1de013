// DescribeEndpoints: clients that look for their endpoint find the one they asked.
import type { Op } from "../op.ts";

/** AWS: how long a client may keep the answer. */
const CACHE_MINUTES = 1440;

export const describeEndpoints: Op<"DescribeEndpoints"> = async (_input, { endpoint }) => ({
  Endpoints: [{ Address: endpoint.replace(/^https?:\/\//, ""), CachePeriodInMinutes: CACHE_MINUTES }],
});
