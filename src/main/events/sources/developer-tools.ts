// CloudFormation, CodePipeline, CodeCommit, CodeBuild, CodeDeploy, Config and rotation of secrets: what tools of developers and operators send.
import { arn, base64, digits, hex, iso, uuid, upperId, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";
import { event } from "./eventbridge.ts";

export const cloudformation: SampleEvents = {
  create: custom("a custom resource is created", (facts) => ({ RequestType: "Create", ResourceProperties: properties(facts, "3") })),
  update: custom("a custom resource is changed", (facts) => ({ RequestType: "Update", PhysicalResourceId: "orders-seed", ResourceProperties: properties(facts, "4"), OldResourceProperties: properties(facts, "3") })),
  delete: custom("a custom resource is deleted", (facts) => ({ RequestType: "Delete", PhysicalResourceId: "orders-seed", ResourceProperties: properties(facts, "4") })),
};

const token = (facts: Facts): string => arn(facts, "lambda", "function:seed");
/** CloudFormation makes texts of all values. */
const properties = (facts: Facts, rows: string): object => ({ ServiceToken: token(facts), StackName: "shop", Rows: rows, Tables: ["Orders", "Items"] });

function custom(what: string, more: (facts: Facts) => object): SampleEvent {
  return {
    what,
    make: (facts) => ({
      ServiceToken: token(facts), ResponseURL: `https://cloudformation-custom-resource-response.s3.amazonaws.com/${hex(32)}?X-Amz-Signature=${hex(64)}`, StackId: arn(facts, "cloudformation", `stack/shop/${uuid()}`),
      RequestId: facts.requestId, LogicalResourceId: "Seed", ResourceType: "Custom::Seed", ...more(facts),
    }),
  };
}

export const codepipeline: SampleEvents = {
  job: {
    what: "an action of a pipeline calls",
    make: (facts) => ({
      "CodePipeline.job": {
        id: uuid(), accountId: facts.account,
        data: {
          actionConfiguration: { configuration: { FunctionName: "check", UserParameters: '{"strict":true}' } },
          inputArtifacts: [{ location: { s3Location: { bucketName: "artifacts", objectKey: "shop/source.zip" }, type: "S3" }, revision: null, name: "Source" }], outputArtifacts: [],
          artifactCredentials: { secretAccessKey: base64(hex(30)), sessionToken: base64(hex(60)), accessKeyId: `ASIA${upperId(16)}` },
          continuationToken: "1",
        },
      },
    }),
  },
  pipeline: pipeline("a pipeline has started", "CodePipeline Pipeline Execution State Change", () => ({})),
  stage: pipeline("a stage of a pipeline has started", "CodePipeline Stage Execution State Change", () => ({ stage: "Test" })),
  action: pipeline("an action of a pipeline has started", "CodePipeline Action Execution State Change", ({ region }) => ({ stage: "Test", action: "Unit", region, type: { owner: "AWS", category: "Test", provider: "CodeBuild", version: 1 } })),
};

function pipeline(what: string, detailType: string, more: (facts: Facts) => object): SampleEvent {
  return event(what, "aws.codepipeline", detailType, (facts) => ({ resources: [arn(facts, "codepipeline", "shop")], detail: { pipeline: "shop", version: 3, state: "STARTED", "execution-id": uuid(), ...more(facts) } }));
}

export const codecommit: SampleEvents = {
  push: {
    what: "commits were pushed",
    make: (facts) => ({
      Records: [
        {
          eventId: uuid(), eventVersion: "1.0", eventTime: iso(facts.now).replace("Z", "+0000"), eventTriggerName: "on-push", eventPartNumber: 1, codecommit: { references: [{ commit: hex(40), ref: "refs/heads/main" }] },
          eventName: "ReferenceChanges", eventTriggerConfigId: uuid(), eventSourceARN: arn(facts, "codecommit", "shop"), userIdentityARN: `arn:aws:iam::${facts.account}:user/ana`, eventSource: "aws:codecommit", awsRegion: facts.region, eventTotalParts: 1,
        },
      ],
    }),
  },
};

export const codebuild: SampleEvents = {
  state: event("a build has ended", "aws.codebuild", "CodeBuild Build State Change", (facts) => {
    const build = arn(facts, "codebuild", `build/shop:${uuid()}`);
    return { resources: [build], detail: { "build-status": "SUCCEEDED", "project-name": "shop", "build-id": build, "additional-information": information(facts), "current-phase": "COMPLETED", "current-phase-context": "[]", version: "1" } };
  }),
  phase: event("a phase of a build has ended", "aws.codebuild", "CodeBuild Build Phase Change", (facts) => {
    const build = arn(facts, "codebuild", `build/shop:${uuid()}`);
    return {
      resources: [build],
      detail: {
        "completed-phase": "BUILD", "project-name": "shop", "build-id": build, "completed-phase-context": "[]", "additional-information": information(facts), "completed-phase-status": "SUCCEEDED", "completed-phase-duration-seconds": 12, version: "1",
        "completed-phase-start": new Date(facts.now - 12_000).toUTCString(), "completed-phase-end": new Date(facts.now).toUTCString(),
      },
    };
  }),
};

const information = (facts: Facts): object => ({
  artifact: { md5sum: hex(32), sha256sum: hex(64), location: "arn:aws:s3:::artifacts/shop.zip" },
  environment: { image: "aws/codebuild/standard:7.0", "privileged-mode": false, "compute-type": "BUILD_GENERAL1_SMALL", type: "LINUX_CONTAINER", "environment-variables": [{ name: "STAGE", type: "PLAINTEXT", value: "test" }] },
  "timeout-in-minutes": 60, "build-complete": true, "build-number": 7, initiator: "ana", "build-start-time": new Date(facts.now - 60_000).toUTCString(), source: { location: "https://git.example.com/shop.git", type: "GITHUB" }, "source-version": "main",
  logs: { "group-name": "/aws/codebuild/shop", "stream-name": uuid(), "deep-link": `https://console.aws.amazon.com/cloudwatch/home?region=${facts.region}` },
  phases: [{ "phase-context": [], "start-time": new Date(facts.now - 60_000).toUTCString(), "end-time": new Date(facts.now).toUTCString(), "duration-in-seconds": 60, "phase-type": "BUILD", "phase-status": "SUCCEEDED" }],
});

export const codedeploy: SampleEvents = {
  deployment: event("a deployment has succeeded", "aws.codedeploy", "CodeDeploy Deployment State-change Notification", (facts) => deployment(facts, {})),
  instance: event("a machine has got a deployment", "aws.codedeploy", "CodeDeploy Instance State-change Notification", (facts) => deployment(facts, { instanceId: "i-0a1b2c3d4e5f60718" })),
};

const deployment = (facts: Facts, more: object): { readonly resources: readonly string[]; readonly detail: object } => ({
  resources: [arn(facts, "codedeploy", "application:shop"), arn(facts, "codedeploy", "deploymentgroup:shop/web")],
  detail: { instanceGroupId: uuid(), region: facts.region, application: "shop", deploymentId: `d-${upperId(9)}`, state: "SUCCESS", deploymentGroup: "web", ...more },
});

export const config: SampleEvents = {
  change: rule("a resource has changed", (facts) => ({ messageType: "ConfigurationItemChangeNotification", configurationItem: item(facts) })),
  oversized: rule("a resource has changed, too large to be sent", (facts) => ({ messageType: "OversizedConfigurationItemChangeNotification", configurationItemSummary: item(facts) })),
  periodic: rule("it is time to evaluate", () => ({ messageType: "ScheduledNotification" })),
};

const item = (facts: Facts): object => ({ configurationItemCaptureTime: iso(facts.now), awsAccountId: facts.account, configurationItemStatus: "OK", resourceId: "pictures", resourceName: "pictures", resourceType: "AWS::S3::Bucket", awsRegion: facts.region, ARN: "arn:aws:s3:::pictures" });

function rule(what: string, invoking: (facts: Facts) => object): SampleEvent {
  return {
    what,
    make: (facts) => ({
      version: "1.0", invokingEvent: JSON.stringify({ awsAccountId: facts.account, notificationCreationTime: iso(facts.now), recordVersion: "1.0", ...invoking(facts) }), ruleParameters: '{"public":"no"}', resultToken: base64(hex(40)), eventLeftScope: false,
      executionRoleArn: `arn:aws:iam::${facts.account}:role/config`, configRuleArn: arn(facts, "config", `config-rule/config-rule-${digits(6)}`), configRuleName: "no-public-buckets", configRuleId: `config-rule-${digits(6)}`, accountId: facts.account,
    }),
  };
}

export const secretsmanager: SampleEvents = Object.fromEntries(
  (["create", "set", "test", "finish"] as const).map((step) => [
    step,
    { what: `a secret is rotated: ${step}Secret`, make: (facts: Facts) => ({ Step: `${step}Secret`, SecretId: arn(facts, "secretsmanager", `secret:shop/db-${upperId(6)}`), ClientRequestToken: uuid(), RotationToken: uuid() }) },
  ]),
);
