import { describe, expect, test } from "vitest";
import { fuzz, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../../../test/fuzz.ts";
import { Fault } from "../../kernel/fault.ts";
import type { ProtocolName } from "../model.ts";
import { validate } from "../validate.ts";
import { printCbor } from "./cbor-write.ts";
import { protocols } from "./index.ts";
import { model } from "./sdk-for-test.ts";

interface Target {
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly operation: string;
  readonly samples: readonly Uint8Array[];
  readonly tokens: readonly string[];
}

const targets: readonly Target[] = [
  {
    protocol: "restJson1", service: "lambda", operation: "CreateFunction",
    samples: ['{"FunctionName":"f","Code":{"ZipFile":"UEsD/w=="},"Layers":["a"],"Environment":{"Variables":{"A":"1"}},"Tags":{"k":null},"Timeout":3,"Publish":true,"VpcConfig":{"SubnetIds":["subnet-1"]}}'].map((text) => Buffer.from(text)),
    tokens: ['"', "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-0", "\\u0000", "\\ud800", '"__proto__":', '"Code":', '"Tags":'],
  },
  {
    protocol: "awsJson1_0", service: "dynamodb", operation: "PutItem",
    samples: ['{"TableName":"t","Item":{"a":{"L":[{"M":{"b":{"SS":["x"]}}},{"B":"AA=="},{"NULL":true}]}},"Expected":{"a":{"Exists":false}}}'].map((text) => Buffer.from(text)),
    tokens: ['"L":[', '"M":{', "null", '"__proto__":{', "]", "}", "[", "{", '"', "1"],
  },
  {
    protocol: "restXml", service: "s3", operation: "PutBucketNotificationConfiguration",
    samples: ["<NotificationConfiguration xmlns='u'><CloudFunctionConfiguration><Id>a</Id><CloudFunction>arn</CloudFunction><Event>s3:x</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>&lt;&#65;</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration></NotificationConfiguration>"].map((text) => Buffer.from(text)),
    tokens: ["<", ">", "</", "/>", "&", "&amp;", "&#", ";", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "=", '"', "<Id>", "</Id>", "xsi:type='a'", "\u0000"],
  },
  {
    protocol: "awsQuery", service: "sns", operation: "Publish",
    samples: ["Action=Publish&TopicArn=t&Message=m%20x&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=Binary&MessageAttributes.entry.1.Value.BinaryValue=AA%3D%3D"].map((text) => Buffer.from(text)),
    tokens: ["&", "=", ".", "%", "%ff", "+", ".entry.", ".1", ".0", ".99999999999", "MessageAttributes", "__proto__", ".Value"],
  },
  {
    protocol: "ec2Query", service: "ec2", operation: "AuthorizeSecurityGroupIngress",
    samples: ["Action=AuthorizeSecurityGroupIngress&GroupId=g&IpPermissions.1.FromPort=80&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0&DryRun=true"].map((text) => Buffer.from(text)),
    tokens: ["&", "=", ".", "%", "+", ".1", "IpPermissions", ".IpRanges"],
  },
  {
    protocol: "rpcv2Cbor", service: "cloudwatch", operation: "PutMetricData",
    samples: [printCbor({ Namespace: "n", MetricData: [{ MetricName: "m", Timestamp: new Date(5000), Value: 1.5, Dimensions: [{ Name: "a", Value: "b" }], Counts: [1, 2] }] })],
    tokens: ["\u00a1", "\u0080", "\u00ff", "\u00c1", "\u00fb", "\u005f", "\u007f", "\u00bf", "\u009f", "\u00f9"],
  },
];

/** One to eight edits: a byte changed, a piece removed, doubled or swapped, or a token of the format put in. */
function mutate(sample: Uint8Array, tokens: readonly string[], random: () => number): Uint8Array {
  let bytes = Buffer.from(sample);
  const edits = 1 + Math.floor(random() * 8);
  for (let edit = 0; edit < edits; edit += 1) {
    const from = Math.floor(random() * (bytes.length + 1));
    const to = Math.min(bytes.length, from + Math.floor(random() * 12));
    const token = Buffer.from(tokens[Math.floor(random() * tokens.length)] ?? "", "latin1");
    const pieces = [
      [Buffer.from([Math.floor(random() * 256)]), bytes.subarray(from + 1)],
      [bytes.subarray(to)],
      [bytes.subarray(from, to), bytes.subarray(from)],
      [token, bytes.subarray(from)],
      [token, bytes.subarray(to)],
    ][Math.floor(random() * 5)] ?? [];
    bytes = Buffer.concat([bytes.subarray(0, from), ...pieces]);
  }
  return bytes;
}

describe(`decoders under fuzz (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
  test.each(targets)("$protocol throws nothing but faults", ({ protocol, service, operation, samples, tokens }) => {
    let accepted = 0;
    let refused = 0;
    fuzz(1 / 20, (random) => {
      const body = mutate(samples[Math.floor(random() * samples.length)] ?? new Uint8Array(), tokens, random);
      try {
        const input = protocols[protocol].decode(model(service), operation, { operation, labels: {}, query: [], headers: {}, body });
        accepted += 1;
        validate(model(service), operation, input, {});
      } catch (error) {
        if (!(error instanceof Fault)) throw new Error(JSON.stringify(Buffer.from(body).toString("latin1")), { cause: error });
        refused += 1;
      }
    });
    expect({ accepted: accepted > 0, refused: refused > 0 }).toEqual({ accepted: true, refused: true });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  }, FUZZ_TIMEOUT_MS);
});
