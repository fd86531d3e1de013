// ListTopics: by name, a hundred at a time.
import { limits } from "../../../kernel/limits.ts";
import { writeToken } from "../../../kernel/page-token.ts";
import { placeOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listTopics: Op<"ListTopics"> = async ({ NextToken }, { topics, account, region }) => {
  const { pageMax } = limits.sns;
  const page = await topics.records.list({ account, region }, placeOf(NextToken), pageMax);
  const last = page.length === pageMax ? page.at(-1) : undefined;
  return { Topics: page.map(({ arn }) => ({ TopicArn: arn })), ...(last && { NextToken: writeToken(last.name) }) };
};
