// EventBridge: events of one's own, schedules, and what services of the original send there.
import { arn, hex, isoSeconds, uuid, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

const instance = "i-0a1b2c3d4e5f60718";

export const eventbridge: SampleEvents = {
  custom: event("an event that somebody put", "shop.orders", "Order placed", () => ({ detail: { order: 42, item: "teapot" } })),
  schedule: event("a rule's schedule has come round", "aws.events", "Scheduled Event", (facts) => ({ resources: [arn(facts, "events", "rule/every-minute")], detail: {} })),
  s3: event("an object was created in a bucket that tells EventBridge", "aws.s3", "Object Created", (facts) => ({
    resources: ["arn:aws:s3:::pictures"],
    detail: { version: "0", bucket: { name: "pictures" }, object: { key: "cats/tabby 1.jpg", size: 48_213, etag: hex(32), "version-id": hex(32), sequencer: hex(18).toUpperCase() }, "request-id": hex(16).toUpperCase(), requester: facts.account, "source-ip-address": "203.0.113.57", reason: "PutObject" },
  })),
  ec2: event("a machine has started", "aws.ec2", "EC2 Instance State-change Notification", (facts) => ({ resources: [arn(facts, "ec2", `instance/${instance}`)], detail: { "instance-id": instance, state: "running" } })),
  ecs: event("a container instance has changed", "aws.ecs", "ECS Container Instance State Change", (facts) => {
    const containerInstanceArn = arn(facts, "ecs", `container-instance/shop/${hex(32)}`);
    const resources = [{ name: "CPU", type: "INTEGER", integerValue: 2048 }, { name: "MEMORY", type: "INTEGER", integerValue: 3885 }];
    return {
      resources: [containerInstanceArn],
      detail: {
        agentConnected: true, attributes: [{ name: "com.amazonaws.ecs.capability.logging-driver.awslogs" }], clusterArn: arn(facts, "ecs", "cluster/shop"), containerInstanceArn, ec2InstanceId: instance, registeredResources: resources,
        remainingResources: resources, status: "ACTIVE", version: 5, versionInfo: { agentHash: hex(8), agentVersion: "1.89.0", dockerVersion: "25.0.6" }, updatedAt: isoSeconds(facts.now),
      },
    };
  }),
  scheduler: { what: "EventBridge Scheduler calls: its input as it is", make: () => ({ job: "tidy-up", dryRun: false }) },
};

export const ecr: SampleEvents = {
  push: event("an image was pushed", "aws.ecr", "ECR Image Action", () => ({ detail: { result: "SUCCESS", "repository-name": "shop", "image-digest": `sha256:${hex(64)}`, "action-type": "PUSH", "image-tag": "latest" } })),
  scan: event("an image was scanned", "aws.ecr", "ECR Image Scan", (facts) => ({
    resources: [arn(facts, "ecr", "repository/shop")],
    detail: { "scan-status": "COMPLETE", "repository-name": "shop", "finding-severity-counts": { CRITICAL: 0, HIGH: 1, MEDIUM: 2, LOW: 7, INFORMATIONAL: 3, UNDEFINED: 0 }, "image-digest": `sha256:${hex(64)}`, "image-tags": ["latest"] },
  })),
};

export const autoscaling: SampleEvents = {
  launch: scaled("a machine was launched", "EC2 Instance Launch Successful", "InProgress", true),
  "launch-failed": scaled("a machine could not be launched", "EC2 Instance Launch Unsuccessful", "Failed", false),
  terminate: scaled("a machine was terminated", "EC2 Instance Terminate Successful", "InProgress", true),
  "terminate-failed": scaled("a machine could not be terminated", "EC2 Instance Terminate Unsuccessful", "Failed", false),
  "launch-hook": hook("a launch waits for a hook", "EC2 Instance-launch Lifecycle Action", "autoscaling:EC2_INSTANCE_LAUNCHING", { NotificationMetadata: "warm up" }),
  "terminate-hook": hook("a termination waits for a hook", "EC2 Instance-terminate Lifecycle Action", "autoscaling:EC2_INSTANCE_TERMINATING", {}),
};

const group = (facts: Facts): string => arn(facts, "autoscaling", `autoScalingGroup:${uuid()}:autoScalingGroupName/web`);

function hook(what: string, detailType: string, LifecycleTransition: string, more: object): SampleEvent {
  return event(what, "aws.autoscaling", detailType, (facts) => ({
    resources: [group(facts)],
    detail: { LifecycleActionToken: uuid(), AutoScalingGroupName: "web", LifecycleHookName: "prepare", EC2InstanceId: instance, LifecycleTransition, ...more },
  }));
}

function scaled(what: string, detailType: string, StatusCode: string, done: boolean): SampleEvent {
  return event(what, "aws.autoscaling", detailType, (facts) => ({
    resources: [group(facts), arn(facts, "ec2", `instance/${instance}`)],
    detail: {
      StatusCode, ...(done ? { Description: `${detailType}: ${instance}` } : {}), AutoScalingGroupName: "web", ActivityId: uuid(), Details: { "Availability Zone": `${facts.region}b`, "Subnet ID": "subnet-0a1b2c3d" }, RequestId: uuid(),
      StatusMessage: done ? "" : "The machine type is not available.", EndTime: isoSeconds(facts.now), EC2InstanceId: instance, StartTime: isoSeconds(facts.now - 30_000), Cause: "The group wanted another size.",
    },
  }));
}

/** Also for other sources: an event in EventBridge's envelope. */
export function event(what: string, source: string, detailType: string, more: (facts: Facts) => { readonly resources?: readonly string[]; readonly detail: object }): SampleEvent {
  return {
    what,
    make: (facts) => ({ version: "0", id: uuid(), "detail-type": detailType, source, account: facts.account, time: isoSeconds(facts.now), region: facts.region, resources: [], ...more(facts) }),
  };
}
