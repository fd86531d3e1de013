// DescribeEventBus.
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showBus } from "../views.ts";

export const describeEventBus: Op<"DescribeEventBus"> = async ({ Name }, context) => showBus(await busAt(context, Name));
