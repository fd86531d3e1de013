// Host headers of every addressing style the tools use.
import { expect, test } from "vitest";
import { hostReader } from "./hosts.ts";
import type { ModelSummary } from "./model.ts";

const summary = (id: string, endpointPrefix = id): ModelSummary => ({ id, serviceId: id, signingName: id, endpointPrefix, apiVersion: "2020-01-01", protocols: ["awsQuery"] });
const index = [summary("lambda"), summary("s3"), summary("sts"), summary("sqs"), summary("cloudwatch", "monitoring"), summary("ecr", "api.ecr")];
const read = hostReader(index, ["localhost", "fugaz.example"]);

test.each([
  ["127.0.0.1:4566", undefined, undefined, undefined, "127.0.0.1:4566"],
  ["localhost:4566", undefined, undefined, undefined, "localhost:4566"],
  ["", undefined, undefined, undefined, ""],
  ["[::1]:4566", undefined, undefined, undefined, "[::1]:4566"],
  ["bucket.localhost:4566", undefined, undefined, "bucket", "localhost:4566"],
  ["my.dotted.bucket.fugaz.example", undefined, undefined, "my.dotted.bucket", "fugaz.example"],
  ["bucket.127.0.0.1:4566", undefined, undefined, "bucket", "127.0.0.1:4566"],
  ["s3.amazonaws.com", "s3", undefined, undefined, "s3.amazonaws.com"],
  ["s3.eu-west-1.amazonaws.com", "s3", "eu-west-1", undefined, "s3.eu-west-1.amazonaws.com"],
  ["s3-eu-west-1.amazonaws.com", "s3", "eu-west-1", undefined, "s3-eu-west-1.amazonaws.com"],
  ["bucket.s3.amazonaws.com", "s3", undefined, "bucket", "s3.amazonaws.com"],
  ["Bucket.S3.us-gov-west-1.amazonaws.com:443", "s3", "us-gov-west-1", "bucket", "s3.us-gov-west-1.amazonaws.com:443"],
  ["a.s3.b.s3.dualstack.us-east-1.amazonaws.com", "s3", "us-east-1", "a.s3.b", "s3.dualstack.us-east-1.amazonaws.com"],
  ["bucket.s3.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1", "bucket", "s3.cn-north-1.amazonaws.com.cn"],
  ["bucket.s3.localhost:4566", "s3", undefined, "bucket", "s3.localhost:4566"],
  ["s3.us-east-1.localhost:4566", "s3", "us-east-1", undefined, "s3.us-east-1.localhost:4566"],
  ["lambda.us-east-1.amazonaws.com", "lambda", "us-east-1", undefined, "lambda.us-east-1.amazonaws.com"],
  ["lambda.us-east-1.api.aws", "lambda", "us-east-1", undefined, "lambda.us-east-1.api.aws"],
  ["sts.amazonaws.com", "sts", undefined, undefined, "sts.amazonaws.com"],
  ["sts-fips.us-east-2.amazonaws.com", "sts", "us-east-2", undefined, "sts-fips.us-east-2.amazonaws.com"],
  ["monitoring.eu-central-1.amazonaws.com", "cloudwatch", "eu-central-1", undefined, "monitoring.eu-central-1.amazonaws.com"],
  ["eu-west-1.queue.amazonaws.com", "sqs", "eu-west-1", undefined, "eu-west-1.queue.amazonaws.com"],
  ["queue.amazonaws.com", "sqs", undefined, undefined, "queue.amazonaws.com"],
  ["api.ecr.us-east-1.amazonaws.com", "ecr", "us-east-1", undefined, "api.ecr.us-east-1.amazonaws.com"],
  ["unknown.us-east-1.amazonaws.com", undefined, "us-east-1", undefined, "unknown.us-east-1.amazonaws.com"],
  ["example.com", undefined, undefined, undefined, "example.com"],
])("%s", (host, service, region, bucket, baseHost) => {
  expect(read(host)).toEqual({ service, region, bucket, baseHost });
});
