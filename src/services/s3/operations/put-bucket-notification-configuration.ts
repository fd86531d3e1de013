// PutBucketNotificationConfiguration: replaces who hears of what happens in the bucket; each must let S3 in, and queues get a test event.
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import { checkDestinations, parseConfiguration } from "../notification-config.ts";
import { testNotifications } from "../notify.ts";
import type { Op } from "../op.ts";

export const putBucketNotificationConfiguration: Op<"PutBucketNotificationConfiguration"> = async (input, context) => {
  await checkDocument(context, "optional");
  const notifications = parseConfiguration(input.NotificationConfiguration);
  const tellsBus = input.NotificationConfiguration?.EventBridgeConfiguration !== undefined;
  await changeBucket(input, context, async (bucket) => {
    if (!input.SkipDestinationValidation) await checkDestinations(context, bucket, notifications);
    return { ...bucket, notifications, tellsBus };
  }, async (bucket) => (input.SkipDestinationValidation ? [] : testNotifications(context, bucket, notifications)));
  return {};
};
