// SES: mail that has come in.
import { arn, hex, iso, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

export const ses: SampleEvents = {
  receive: mail("mail has come in", (facts) => ({ type: "Lambda", functionArn: arn(facts, "lambda", "function:inbox"), invocationType: "Event" })),
  s3: mail("mail has come in and lies in a bucket", (facts) => ({ type: "S3", topicArn: arn(facts, "sns", "mail"), bucketName: "inbox", objectKey: `mail/${hex(40)}` })),
  sns: mail("mail has come in and was told to a topic", (facts) => ({ type: "SNS", topicArn: arn(facts, "sns", "mail") })),
};

const pass = { status: "PASS" } as const;

function mail(what: string, action: (facts: Facts) => object): SampleEvent {
  return {
    what,
    make: (facts) => {
      const { now } = facts;
      const messageId = hex(40);
      const date = new Date(now).toUTCString();
      const [from, to, subject] = ["Ana <ana@example.com>", "shop@example.com", "One teapot, please"];
      return {
        Records: [
          {
            eventSource: "aws:ses",
            eventVersion: "1.0",
            ses: {
              mail: {
                timestamp: iso(now), source: "ana@example.com", messageId, destination: [to], headersTruncated: false,
                headers: [{ name: "From", value: from }, { name: "To", value: to }, { name: "Subject", value: subject }, { name: "Date", value: date }],
                commonHeaders: { returnPath: "ana@example.com", from: [from], date, to: [to], messageId: `<${messageId}@example.com>`, subject },
              },
              receipt: { timestamp: iso(now), processingTimeMillis: 321, recipients: [to], spamVerdict: pass, virusVerdict: pass, spfVerdict: pass, dkimVerdict: pass, dmarcVerdict: pass, dmarcPolicy: "reject", action: action(facts) },
            },
          },
        ],
      };
    },
  };
}
