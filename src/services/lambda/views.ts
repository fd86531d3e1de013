// How a function looks to AWS tools: every member the original sends, since some tools crash on a missing one.
import { createHash } from "node:crypto";
import type { FunctionSettings, ImageFacts, Version } from "../../functions/function.ts";
import { functionArn, partitionOf } from "../../kernel/arn.ts";
import type { Output } from "./op.ts";

/** `arn` is the qualified or the plain ARN, as the call asked. */
export function configurationView(version: Version, qualifier?: string): Omit<Output<"GetFunctionConfiguration">, "$metadata"> {
  const { settings, code } = version;
  return {
    FunctionName: version.name,
    FunctionArn: functionArn(version, qualifier),
    ...(code.image ? {} : { Runtime: settings.runtime as Output<"GetFunctionConfiguration">["Runtime"], Handler: settings.handler }),
    Role: settings.role,
    CodeSize: code.image ? 0 : code.sizeBytes,
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
    PackageType: code.image ? "Image" : "Zip",
    ...(code.image ? imageConfigView(settings) : {}),
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.tmpMb },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    ...(code.image ? {} : { RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn(version) } }),
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

/** Only what the function says instead of its image. */
function imageConfigView({ imageConfig: { entryPoint, command, workingDirectory } = {} }: FunctionSettings): Pick<Output<"GetFunctionConfiguration">, "ImageConfigResponse"> {
  const ImageConfig = {
    ...(entryPoint ? { EntryPoint: [...entryPoint] } : {}), ...(command ? { Command: [...command] } : {}), ...(workingDirectory === undefined ? {} : { WorkingDirectory: workingDirectory }),
  };
  return Object.keys(ImageConfig).length > 0 ? { ImageConfigResponse: { ImageConfig } } : {};
}

/** Which image a function is made from. */
export const imageView = ({ uri, resolvedUri }: ImageFacts): Output<"GetFunction">["Code"] => ({ RepositoryType: "ECR", ImageUri: uri, ResolvedImageUri: resolvedUri });
