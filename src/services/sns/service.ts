// SNS: standard topics whose subscribers are queues and functions.
import { defineService } from "../../wire/service.ts";
import type { SnsDeps } from "./op.ts";
import { addPermission } from "./operations/add-permission.ts";
import { createTopic } from "./operations/create-topic.ts";
import { deleteTopic } from "./operations/delete-topic.ts";
import { getSubscriptionAttributes } from "./operations/get-subscription-attributes.ts";
import { getTopicAttributes } from "./operations/get-topic-attributes.ts";
import { listSubscriptions } from "./operations/list-subscriptions.ts";
import { listSubscriptionsByTopic } from "./operations/list-subscriptions-by-topic.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { listTopics } from "./operations/list-topics.ts";
import { publish } from "./operations/publish.ts";
import { publishBatch } from "./operations/publish-batch.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { setSubscriptionAttributes } from "./operations/set-subscription-attributes.ts";
import { setTopicAttributes } from "./operations/set-topic-attributes.ts";
import { subscribe } from "./operations/subscribe.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { unsubscribe } from "./operations/unsubscribe.ts";
import { untagResource } from "./operations/untag-resource.ts";

export const sns = defineService<SnsDeps>(
  "sns",
  {
    AddPermission: addPermission,
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    GetSubscriptionAttributes: getSubscriptionAttributes,
    GetTopicAttributes: getTopicAttributes,
    ListSubscriptions: listSubscriptions,
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    ListTagsForResource: listTagsForResource,
    ListTopics: listTopics,
    Publish: publish,
    PublishBatch: publishBatch,
    RemovePermission: removePermission,
    SetSubscriptionAttributes: setSubscriptionAttributes,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    TagResource: tagResource,
    Unsubscribe: unsubscribe,
    UntagResource: untagResource,
  },
  { validationCode: "InvalidParameterException", ownValidation: true },
);
