// PutBucketNotificationConfiguration: replaces who hears of what happens in the bucket; each function must let S3 invoke it.
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { checkDestinations, parseConfiguration } from "../notification-config.ts";
import type { Op } from "../op.ts";

export const putBucketNotificationConfiguration: Op<"PutBucketNotificationConfiguration"> = async (input, context) => {
  await checkDocument(context, "optional");
  const notifications = parseConfiguration(input.NotificationConfiguration);
  await changeBucket(input, context, async (bucket) => {
    if (!input.SkipDestinationValidation) await checkDestinations(context, bucket, notifications);
    return { ...bucket, notifications };
  });
  return {};
};
