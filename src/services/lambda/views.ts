// How a function looks to AWS tools: every member the original sends, since some tools crash on a missing one.
import type { FunctionSettings, ImageFacts, Version } from "../../functions/function.ts";
import { runtimeNote } from "../../functions/runtime-note.ts";
import { runtimeArn } from "../../functions/runtime-version.ts";
import { functionArn } from "../../kernel/arn.ts";
import type { Runtimes } from "../../ports/runtimes.ts";
import type { Output } from "./op.ts";

type Configuration = Omit<Output<"GetFunctionConfiguration">, "$metadata">;

/** `qualifier`: of the ARN, as the call asked. What a zip runs on is as this machine has it now; the reason beside the state tells when that is not quite what it named. */
export async function configurationView(version: Version, { runtimes }: { readonly runtimes: Runtimes }, qualifier?: string): Promise<Configuration> {
  const runtime = version.code.image ? undefined : await runtimes.resolve(version.settings.runtime);
  const note = runtime && runtimeNote(runtime);
  return {
    ...listedView(version, qualifier),
    State: "Active",
    ...(note === undefined ? {} : { StateReason: note }),
    LastUpdateStatus: "Successful",
    ...(runtime ? { RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn(runtime, version) } } : {}),
  };
}

/** As lists show it: the original leaves out what changes by itself. */
export function listedView(version: Version, qualifier?: string): Configuration {
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
    TracingConfig: { Mode: settings.tracing ?? "PassThrough" },
    ...(settings.deadLetter === undefined ? {} : { DeadLetterConfig: { TargetArn: settings.deadLetter } }),
    ...(settings.layers.length > 0 ? { Layers: settings.layers.map((layer) => ({ Arn: layer.arn, CodeSize: layer.code.sizeBytes })) } : {}),
    RevisionId: version.id,
    PackageType: code.image ? "Image" : "Zip",
    ...(code.image ? imageConfigView(settings) : {}),
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.tmpMb },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: {
      LogFormat: settings.logs.format,
      LogGroup: settings.logs.group,
      ...(settings.logs.applicationLevel ? { ApplicationLogLevel: settings.logs.applicationLevel as "INFO" } : {}),
      ...(settings.logs.systemLevel ? { SystemLogLevel: settings.logs.systemLevel as "INFO" } : {}),
    },
  };
}

/** Only what the function says instead of its image. */
function imageConfigView({ imageConfig: { entryPoint, command, workingDirectory } = {} }: FunctionSettings): Pick<Output<"GetFunctionConfiguration">, "ImageConfigResponse"> {
  const ImageConfig = {
    ...(entryPoint ? { EntryPoint: [...entryPoint] } : {}), ...(command ? { Command: [...command] } : {}), ...(workingDirectory === undefined ? {} : { WorkingDirectory: workingDirectory }),
  };
  return Object.keys(ImageConfig).length > 0 ? { ImageConfigResponse: { ImageConfig } } : {};
}

/** Which image a function is made from. */
export const imageView = ({ uri, resolvedUri }: ImageFacts): Output<"GetFunction">["Code"] => ({ RepositoryType: "ECR", ImageUri: uri, ResolvedImageUri: resolvedUri });
