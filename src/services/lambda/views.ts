// How a function looks to AWS tools: every member the original sends, since some tools crash on a missing one.
import { createHash } from "node:crypto";
import type { Version } from "../../functions/function.ts";
import { functionArn, partitionOf } from "../../kernel/arn.ts";
import type { Output } from "./op.ts";

/** `arn` is the qualified or the plain ARN, as the call asked. */
export function configurationView(version: Version, qualifier?: string): Omit<Output<"GetFunctionConfiguration">, "$metadata"> {
  const { settings, code } = version;
  return {
    FunctionName: version.name,
    FunctionArn: functionArn(version, qualifier),
    Runtime: settings.runtime as Output<"GetFunctionConfiguration">["Runtime"],
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: code.sizeBytes,
    Description: settings.description,
    Timeout: settings.timeoutMs / 1000,
    MemorySize: settings.memoryMb,
    LastModified: `${new Date(version.modifiedMs).toISOString().slice(0, -1)}+0000`,
    CodeSha256: code.sha256,
    Version: version.version,
    ...(Object.keys(settings.env).length > 0 ? { Environment: { Variables: { ...settings.env } } } : {}),
    TracingConfig: { Mode: "PassThrough" },
    ...(settings.deadLetter === undefined ? {} : { DeadLetterConfig: { TargetArn: settings.deadLetter } }),
    ...(settings.layers.length > 0 ? { Layers: settings.layers.map((layer) => ({ Arn: layer.arn, CodeSize: layer.code.sizeBytes })) } : {}),
    RevisionId: version.id,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.tmpMb },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn(version) },
    LoggingConfig: {
      LogFormat: settings.logs.format,
      LogGroup: settings.logs.group,
      ...(settings.logs.applicationLevel ? { ApplicationLogLevel: settings.logs.applicationLevel as "INFO" } : {}),
      ...(settings.logs.systemLevel ? { SystemLogLevel: settings.logs.systemLevel as "INFO" } : {}),
    },
  };
}

/** As lists show it: the original leaves out what changes by itself. */
export function listedView(version: Version, qualifier?: string): Omit<Output<"GetFunctionConfiguration">, "$metadata"> {
  const { State: _state, LastUpdateStatus: _status, RuntimeVersionConfig: _runtime, ...listed } = configurationView(version, qualifier);
  return listed;
}

/** The original names a build of its runtime here; ours names the runtime. */
const runtimeArn = ({ region, settings }: Version): string =>
  `arn:${partitionOf(region)}:lambda:${region}::runtime:${createHash("sha256").update(settings.runtime).digest("hex")}`;
