// Writes src/wire/models/*.json from the official SDK's schemas and botocore's model; run by `npm run models`, its output is committed.
import { mkdirSync, writeFileSync } from "node:fs";
import type { Model, ModelSummary } from "../src/wire/model.ts";
import { loadBotoModel } from "./model-botocore.ts";
import { buildModel, type ModelRecipe } from "./model-build.ts";
import { patchModel } from "./model-patches.ts";

const recipes: readonly ModelRecipe[] = [
  { id: "lambda", sdk: "@aws-sdk/client-lambda", boto: "lambda", protocols: ["restJson1"] },
  { id: "s3", sdk: "@aws-sdk/client-s3", boto: "s3", protocols: ["restXml"], xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/" },
  { id: "logs", sdk: "@aws-sdk/client-cloudwatch-logs", boto: "logs", protocols: ["awsJson1_1"] },
  { id: "iam", sdk: "@aws-sdk/client-iam", boto: "iam", protocols: ["awsQuery"] },
  { id: "sts", sdk: "@aws-sdk/client-sts", boto: "sts", protocols: ["awsQuery"] },
  { id: "dynamodb", sdk: "@aws-sdk/client-dynamodb", boto: "dynamodb", protocols: ["awsJson1_0"] },
  { id: "dynamodbstreams", sdk: "@aws-sdk/client-dynamodb-streams", boto: "dynamodbstreams", protocols: ["awsJson1_0"] },
  { id: "sqs", sdk: "@aws-sdk/client-sqs", boto: "sqs", protocols: ["awsJson1_0", "awsQuery"], xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/", queryCompatible: true },
  { id: "sns", sdk: "@aws-sdk/client-sns", boto: "sns", protocols: ["awsQuery"] },
  { id: "events", sdk: "@aws-sdk/client-eventbridge", boto: "events", protocols: ["awsJson1_1"] },
  { id: "ecr", sdk: "@aws-sdk/client-ecr", boto: "ecr", protocols: ["awsJson1_1"] },
  { id: "kinesis", sdk: "@aws-sdk/client-kinesis", boto: "kinesis", protocols: ["awsJson1_1"] },
  {
    id: "cloudwatch", sdk: "@aws-sdk/client-cloudwatch", boto: "cloudwatch", protocols: ["rpcv2Cbor", "awsJson1_0", "awsQuery"], queryCompatible: true,
    operations: ["PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricAlarm", "DescribeAlarms", "DeleteAlarms", "SetAlarmState"],
  },
  {
    id: "ec2", sdk: "@aws-sdk/client-ec2", boto: "ec2", protocols: ["ec2Query"],
    operations: ["CreateTags", "DescribeTags", "DescribeRegions", "DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "CreateKeyPair"],
  },
];

function main(): void {
  const folder = new URL("../src/wire/models/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const summaries: ModelSummary[] = [];
  for (const recipe of recipes) {
    const boto = loadBotoModel(recipe.boto);
    const model = patchModel(buildModel(recipe, boto, (line) => console.log(`${recipe.id}: ${line}`)));
    const text = print(model);
    writeFileSync(new URL(`${recipe.id}.json`, folder), text);
    console.log(`${recipe.id}: ${Object.keys(model.operations).length} operations, ${Object.keys(model.shapes).length} shapes, ${Math.round(text.length / 1024)} KiB`);
    const { id, serviceId, signingName, endpointPrefix, targetPrefix, protocols, apiVersion } = model;
    summaries.push({ id, serviceId, signingName, endpointPrefix, targetPrefix, protocols, apiVersion, pathRoots: pathRoots(model) });
  }
  writeFileSync(new URL("index.json", folder), `[\n${summaries.map((summary) => JSON.stringify(summary)).join(",\n")}\n]\n`);
}

/** First path segments that belong to a REST service alone; S3's are bucket names, and the RPC protocols share the root. */
function pathRoots(model: Model): readonly string[] | undefined {
  if (model.protocols[0] !== "restJson1") return undefined;
  const roots = Object.values(model.operations).map((operation) => operation.uri.split(/[/?]/)[1] ?? "");
  return [...new Set(roots.filter((root) => root !== "" && !root.startsWith("{")))].toSorted();
}

/** Compact, but a line for each operation and shape, so that a change of the models can be read in a diff. */
function print(model: Model): string {
  const { operations, shapes, ...head } = model;
  const table = (rows: object): string => Object.entries(rows).map(([name, row]) => `${JSON.stringify(name)}:${JSON.stringify(row)}`).join(",\n");
  return `${JSON.stringify(head).slice(0, -1)},\n"operations":{\n${table(operations)}\n},"shapes":{\n${table(shapes)}\n}}\n`;
}

main();
