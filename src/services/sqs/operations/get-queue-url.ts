// GetQueueUrl: the URL of a queue by its name.
import { queueNamed, queueUrl } from "../lookup.ts";
import type { Op } from "../op.ts";

export const getQueueUrl: Op<"GetQueueUrl"> = async ({ QueueName: name = "", QueueOwnerAWSAccountId: account }, context) => {
  const queue = await queueNamed(context, { account: account ?? context.account, region: context.region, name });
  return { QueueUrl: queueUrl(context, queue) };
};
