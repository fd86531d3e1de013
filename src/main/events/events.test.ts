// Every sample event against what readers of events know of its shape: published schemas where there are some, outlines of ours elsewhere.
import { gunzipSync } from "node:zlib";
import * as schemas from "@aws-lambda-powertools/parser/schemas";
import { describe, expect, test } from "vitest";
import { allEvents, findEvent } from "./catalog.ts";
import { fits, outlines } from "./outlines-for-test.ts";
import { withValue } from "./set-path.ts";

const facts = { now: Date.parse("2026-11-25T10:20:30.400Z"), account: "111122223333", region: "eu-central-1", requestId: "6f1c1f7e-0b1c-4a52-9d3b-0a1b2c3d4e5f" };

type Schema = { readonly safeParse: (value: unknown) => { readonly success: boolean; readonly error?: { readonly issues: readonly unknown[] } } };

/** The first pattern that fits a name says which schema judges the event. */
const judges: readonly (readonly [RegExp, Schema])[] = [
  [/^s3:/, schemas.S3Schema],
  [/^s3-object-lambda:get/, schemas.S3ObjectLambdaEventSchema],
  [/^sqs:s3$/, schemas.S3SqsEventNotificationSchema],
  [/^sqs:/, schemas.SqsSchema],
  [/^sns:/, schemas.SnsSchema],
  [/^dynamodb:/, schemas.DynamoDBStreamSchema],
  [/^kinesis:(records|window)$/, schemas.KinesisDataStreamSchema],
  [/^kinesis:firehose/, schemas.KinesisFirehoseSchema],
  [/^apigw:v1$/, schemas.APIGatewayProxyEventSchema],
  [/^apigw:v2(-jwt|-iam|-lambda)?$/, schemas.APIGatewayProxyEventV2Schema],
  [/^apigw:authorizer-token$/, schemas.APIGatewayTokenAuthorizerEventSchema],
  [/^apigw:authorizer-request$/, schemas.APIGatewayRequestAuthorizerEventSchema],
  [/^apigw:v2-authorizer-v2$/, schemas.APIGatewayRequestAuthorizerEventV2Schema],
  [/^url:/, schemas.LambdaFunctionUrlSchema],
  [/^alb:multi-value$/, schemas.AlbMultiValueHeadersSchema],
  [/^alb:/, schemas.AlbSchema],
  [/^cognito:pre-signup$/, schemas.PreSignupTriggerSchema],
  [/^cognito:post-confirmation$/, schemas.PostConfirmationTriggerSchema],
  [/^cognito:pre-authentication/, schemas.PreAuthenticationTriggerSchema],
  [/^cognito:post-authentication/, schemas.PostAuthenticationTriggerSchema],
  [/^cognito:custom-message/, schemas.CustomMessageTriggerSchema],
  [/^cognito:token-generation$/, schemas.PreTokenGenerationTriggerSchemaV1],
  [/^cognito:token-generation-v/, schemas.PreTokenGenerationTriggerSchemaV2AndV3],
  [/^cognito:define-challenge/, schemas.DefineAuthChallengeTriggerSchema],
  [/^cognito:create-challenge/, schemas.CreateAuthChallengeTriggerSchema],
  [/^cognito:verify-challenge/, schemas.VerifyAuthChallengeTriggerSchema],
  [/^cognito:migrate-user$/, schemas.MigrateUserTriggerSchema],
  [/^cognito:email-sender/, schemas.CustomEmailSenderTriggerSchema],
  [/^cognito:sms-sender/, schemas.CustomSMSSenderTriggerSchema],
  [/^logs:/, schemas.CloudWatchLogsSchema],
  [/^eventbridge:s3$/, schemas.S3EventNotificationEventBridgeSchema],
  [/^(eventbridge:(?!scheduler)|ecr:|autoscaling:|codebuild:|codedeploy:|codepipeline:(?!job))/, schemas.EventBridgeSchema],
  [/^ses:receive/, schemas.SesSchema],
  [/^cloudformation:create/, schemas.CloudFormationCustomResourceCreateSchema],
  [/^cloudformation:update/, schemas.CloudFormationCustomResourceUpdateSchema],
  [/^cloudformation:delete/, schemas.CloudFormationCustomResourceDeleteSchema],
  [/^kafka:msk/, schemas.KafkaMskEventSchema],
  [/^kafka:self/, schemas.KafkaSelfManagedEventSchema],
  [/^appsync:resolver(-iam)?$/, schemas.AppSyncResolverSchema],
  [/^appsync:batch/, schemas.AppSyncBatchResolverSchema],
  [/^lattice:v1/, schemas.VpcLatticeSchema],
];

const events = await allEvents();

describe("every sample event", () => {
  test("is what the published schemas and our outlines say", () => {
    const wrong = events.flatMap(({ name, event }) => {
      const made: unknown = JSON.parse(JSON.stringify(event.make(facts)));
      const judge = judges.find(([pattern]) => pattern.test(name))?.[1];
      const outline = outlines[name] ?? outlines[`${name.split(":")[0]}:*`];
      if (!judge && outline === undefined) return [`${name} is judged by nobody`];
      const verdict = judge?.safeParse(structuredClone(made));
      const complaints = verdict && !verdict.success ? (verdict.error?.issues ?? []).map((issue) => JSON.stringify(issue)) : [];
      return [...complaints, ...(outline === undefined ? [] : fits(made, outline))].map((complaint) => `${name}: ${complaint}`);
    });
    expect(wrong).toEqual([]);
  });

  test("belongs to the account, region and time it is made for", () => {
    for (const name of ["s3:put", "sqs", "dynamodb:insert", "eventbridge"]) expect(events.some((each) => each.name.startsWith(name))).toBe(true);
    const text = events.map(({ event }) => JSON.stringify(event.make(facts))).join("\n");
    expect(text).not.toContain("us-east-1");
    expect(text.match(/arn:aws:\w+:eu-central-1:111122223333:/g)?.length).toBeGreaterThan(50);
    expect(text).toContain("2026-11-25T10:20:30.400Z");
  });

  test("has new ids each time", async () => {
    const sqs = await findEvent("sqs");
    expect(JSON.stringify(sqs.make(facts))).not.toBe(JSON.stringify(sqs.make(facts)));
  });
});

test("the data of CloudWatch Logs is really compressed", async () => {
  const { awslogs } = (await findEvent("logs")).make(facts) as { readonly awslogs: { readonly data: string } };
  expect(JSON.parse(gunzipSync(Buffer.from(awslogs.data, "base64")).toString())).toMatchObject({ messageType: "DATA_MESSAGE", owner: facts.account, logEvents: [{ message: "ERROR no teapot left" }, {}] });
});

test("single values can be set, and mistakes are told", () => {
  const event = { Records: [{ s3: { bucket: { name: "a" } }, size: 1 }] };
  expect(withValue(event, "Records.0.s3.bucket.name=42")).toEqual({ Records: [{ s3: { bucket: { name: "42" } }, size: 1 }] });
  expect(withValue(event, "Records.0.size=42")).toMatchObject({ Records: [{ size: 42 }] });
  expect(withValue(event, 'Records.1={"x":[true]}')).toMatchObject({ Records: [{ size: 1 }, { x: [true] }] });
  expect(withValue({}, String.raw`a\.b.c==d`)).toEqual({ "a.b": { c: "=d" } });
  expect(() => withValue(event, "Records.5.x=1")).toThrow("a number from 0 to 1");
  expect(() => withValue(event, "Records.0.size.x=1")).toThrow("there is no x in 1");
  expect(() => withValue(event, "Records")).toThrow("--set wants path=value");
  expect(event).toEqual({ Records: [{ s3: { bucket: { name: "a" } }, size: 1 }] });
});
