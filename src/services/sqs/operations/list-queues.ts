// ListQueues: URLs by name, in pages when a page size is given, else the first thousand.
import { limits } from "../../../kernel/limits.ts";
import { writeToken } from "../../../kernel/page-token.ts";
import { invalidParameter } from "../faults.ts";
import { nameIn, queueUrl } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listQueues: Op<"ListQueues"> = async ({ QueueNamePrefix: prefix = "", MaxResults: max, NextToken: token }, context) => {
  const { listMax } = limits.sqs;
  if (max !== undefined && (max < 1 || max > listMax)) throw invalidParameter(`Value for parameter MaxResults is invalid. Reason: Must be an integer from 1 to ${listMax}.`);
  if (token !== undefined && max === undefined) throw invalidParameter("MaxResults is a mandatory parameter when you provide a value for NextToken.");
  const limit = max ?? listMax;
  const queues = await context.queues.records.list(context, prefix, token === undefined ? undefined : nameIn(token), limit);
  if (queues.length === 0) return {};
  const last = queues.at(-1);
  return {
    QueueUrls: queues.map((queue) => queueUrl(context, queue)),
    ...(max !== undefined && queues.length === limit && last && { NextToken: writeToken(last.name) }),
  };
};
