// Empties a queue, to see what has reached it.
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ClientSettings } from "./child-server.ts";

/** The bodies of all messages of a queue, which is empty then. */
export async function drain(settings: ClientSettings, name: string): Promise<ReadonlySet<string>> {
  const sqs = new SQSClient(settings);
  const QueueUrl = `${settings.endpoint}/000000000000/${name}`;
  const found = new Set<string>();
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }));
    if (Messages.length === 0) return found;
    for (const { Body = "" } of Messages) found.add(Body);
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle })) }));
  }
}
