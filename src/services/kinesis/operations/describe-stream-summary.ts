// DescribeStreamSummary: settings and counts, without the shards.
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { summaryView } from "../views.ts";

export const describeStreamSummary: Op<"DescribeStreamSummary"> = async (naming, context) => ({ StreamDescriptionSummary: summaryView(await streamOf(naming, context)) });
