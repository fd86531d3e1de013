// What a subscriber is sent: the envelope around a message, and the event of a function.
import type { MessageAttribute } from "../queues/queues.ts";
import type { Signer } from "./signing.ts";
import type { Publication, Subscription, TopicRecord } from "./topics.ts";

/** One publication on its way. */
export interface Parcel {
  readonly topic: TopicRecord;
  readonly publication: Publication;
  readonly messageId: string;
  readonly nowMs: number;
  /** By message: signing costs more than all the rest, and most subscribers get the same. */
  readonly signed: Map<string, ReturnType<Signer["sign"]>>;
}

export interface EnvelopeDeps {
  readonly signer: Signer;
  /** Base URL of this server, without a final slash. */
  readonly endpoint: string;
}

export const messageFor = ({ message, byProtocol }: Publication, { protocol }: Subscription): string => byProtocol?.[protocol] ?? message;

interface Notification {
  readonly Type: "Notification";
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Subject?: string | undefined;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly certificateUrl: string;
  readonly unsubscribeUrl: string;
  readonly attributes: Readonly<Record<string, { readonly Type: string; readonly Value: string }>> | undefined;
}

/** For queues. */
export async function envelope(parcel: Parcel, subscription: Subscription, deps: EnvelopeDeps): Promise<string> {
  const { certificateUrl, unsubscribeUrl, attributes, ...facts } = await notification(parcel, subscription, deps);
  return JSON.stringify({ ...facts, SigningCertURL: certificateUrl, UnsubscribeURL: unsubscribeUrl, ...(attributes && { MessageAttributes: attributes }) });
}

/** For functions: other spellings, and what is absent is null or empty. */
export async function functionEvent(parcel: Parcel, subscription: Subscription, deps: EnvelopeDeps): Promise<string> {
  const { certificateUrl, unsubscribeUrl, attributes = {}, Type, MessageId, TopicArn, Subject = null, ...facts } = await notification(parcel, subscription, deps);
  const Sns = { Type, MessageId, TopicArn, Subject, ...facts, SigningCertUrl: certificateUrl, UnsubscribeUrl: unsubscribeUrl, MessageAttributes: attributes };
  return JSON.stringify({ Records: [{ EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: subscription.arn, Sns }] });
}

async function notification({ topic, publication, messageId, nowMs, signed }: Parcel, subscription: Subscription, { signer, endpoint }: EnvelopeDeps): Promise<Notification> {
  const { subject, attributes } = publication;
  const facts = {
    Type: "Notification" as const,
    MessageId: messageId,
    TopicArn: topic.arn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: messageFor(publication, subscription),
    Timestamp: new Date(nowMs).toISOString(),
  };
  const { signatureVersion } = topic.settings;
  const signing = signed.get(facts.Message) ?? signer.sign(signatureVersion, signedText(facts));
  signed.set(facts.Message, signing);
  const { signature, certificate } = await signing;
  return {
    ...facts,
    SignatureVersion: signatureVersion,
    Signature: signature,
    certificateUrl: `${endpoint}/_fugaz/sns/${certificate}`,
    unsubscribeUrl: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    attributes: attributes && Object.fromEntries(Object.entries(attributes).map(([name, { type, text, bytes }]: [string, MessageAttribute]) => [name, { Type: type, Value: text ?? bytes ?? "" }])),
  };
}

/** Source: the original's guide to checking signatures: name and value in lines, sorted by name. */
function signedText(facts: Pick<Notification, "Type" | "MessageId" | "TopicArn" | "Subject" | "Message" | "Timestamp">): string {
  return (["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const).map((name) => (facts[name] === undefined ? "" : `${name}\n${facts[name]}\n`)).join("");
}
