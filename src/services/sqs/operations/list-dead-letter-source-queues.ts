// ListDeadLetterSourceQueues: the queues whose dead letters come here.
import { limits } from "../../../kernel/limits.ts";
import { writeToken } from "../../../kernel/page-token.ts";
import { invalidParameter } from "../faults.ts";
import { nameIn, queueAt, queueUrl } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listDeadLetterSourceQueues: Op<"ListDeadLetterSourceQueues"> = async ({ QueueUrl, MaxResults: max, NextToken: token }, context) => {
  const { listMax } = limits.sqs;
  if (max !== undefined && (max < 1 || max > listMax)) throw invalidParameter(`Value for parameter MaxResults is invalid. Reason: Must be an integer from 1 to ${listMax}.`);
  if (token !== undefined && max === undefined) throw invalidParameter("MaxResults is a mandatory parameter when you provide a value for NextToken.");
  const target = await queueAt(context, QueueUrl);
  const limit = max ?? listMax;
  // Sources and target share account and region.
  const after = token === undefined ? undefined : { account: target.account, region: target.region, name: nameIn(token) };
  const sources = await context.queues.records.sourcesOf(target.arn, after, limit);
  const last = sources.at(-1);
  return {
    queueUrls: sources.map((source) => queueUrl(context, source)),
    ...(max !== undefined && sources.length === limit && last && { NextToken: writeToken(last.name) }),
  };
};
