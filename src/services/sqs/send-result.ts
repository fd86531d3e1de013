// What a client is told of a message it sent: ids and the MD5s by which it checks that we got what it sent.
import type { OutgoingMessage, SentMessage } from "../../triggers/queues/queues.ts";
import { attributesDigest, md5 } from "../../triggers/queues/attribute-digest.ts";

export function sendResult({ body, attributes }: OutgoingMessage, { messageId, sequenceNumber }: SentMessage, systemMd5: string | undefined, id?: string) {
  const attributesMd5 = attributesDigest(attributes);
  return {
    Id: id,
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
    ...(systemMd5 !== undefined && { MD5OfMessageSystemAttributes: systemMd5 }),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  };
}
