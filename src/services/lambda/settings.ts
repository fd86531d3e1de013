// What a caller may set on a function, checked and turned into the heart's settings; what does not act yet is refused by name.
import type { FunctionSettings } from "../../functions/function.ts";
import type { LogSettings } from "../../functions/log-settings.ts";
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { Quotas } from "../../kernel/quotas.ts";
import { invalid, notYet } from "./faults.ts";
import { imageOverride } from "./image.ts";
import type { Input } from "./op.ts";

type Asked = Partial<Input<"CreateFunction">>;

const { functions: bounds } = limits;
const OWN_ARCHITECTURE = process.arch === "arm64" ? "arm64" : "x86_64";
/** Variables of the runtime's own. Source: the original's list of reserved variables. */
const RESERVED: ReadonlySet<string> = new Set([
  "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
]);

/** Settings of a new function, defaults filled in. */
export function newSettings(asked: Asked, name: string, quotas: Quotas): FunctionSettings {
  return {
    dialect: "aws",
    description: "",
    runtime: asked.Runtime ?? "",
    handler: "",
    role: asked.Role ?? "",
    memoryMb: bounds.memoryMbDefault,
    timeoutMs: bounds.timeoutSecondsDefault * 1000,
    tmpMb: bounds.tmpMbMin,
    env: {},
    architecture: OWN_ARCHITECTURE,
    logs: { group: `/aws/lambda/${name}`, format: "Text", applicationLevel: undefined, systemLevel: undefined },
    layers: [],
    ...changedSettings(asked, name, quotas),
  };
}

/** Only what the caller named. */
export function changedSettings(asked: Asked, name: string, quotas: Quotas): Partial<FunctionSettings> {
  refuseWhatDoesNotAct(asked);
  const { Description, Runtime, Handler, Role, MemorySize, Timeout, EphemeralStorage, Environment, Architectures, LoggingConfig, ImageConfig, TracingConfig } = asked;
  if (MemorySize !== undefined && MemorySize > quotas.memoryMbMax)
    throw invalid(`'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${quotas.memoryMbMax}`);
  if (Timeout !== undefined && Timeout > quotas.timeoutSecondsMax)
    throw fault("ValidationException", { message: `1 validation error detected: Value '${Timeout}' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to ${quotas.timeoutSecondsMax}` });
  if (EphemeralStorage?.Size !== undefined && EphemeralStorage.Size > quotas.tmpMbMax)
    throw fault("ValidationException", { message: `1 validation error detected: Value '${EphemeralStorage.Size}' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value less than or equal to ${quotas.tmpMbMax}` });
  return {
    ...(Description === undefined ? {} : { description: Description }),
    ...(Runtime === undefined ? {} : { runtime: Runtime }),
    ...(Handler === undefined ? {} : { handler: Handler }),
    ...(Role === undefined ? {} : { role: Role }),
    ...(MemorySize === undefined ? {} : { memoryMb: MemorySize }),
    ...(Timeout === undefined ? {} : { timeoutMs: Timeout * 1000 }),
    ...(EphemeralStorage?.Size === undefined ? {} : { tmpMb: EphemeralStorage.Size }),
    ...(Environment === undefined ? {} : { env: checkedEnvironment(Environment.Variables ?? {}, quotas) }),
    ...(Architectures?.[0] === undefined ? {} : { architecture: checkedArchitecture(Architectures[0]) }),
    ...(LoggingConfig === undefined ? {} : { logs: logSettings(LoggingConfig, name) }),
    ...(TracingConfig?.Mode === undefined ? {} : { tracing: TracingConfig.Mode === "Active" ? "Active" : undefined }),
    ...(ImageConfig === undefined ? {} : { imageConfig: imageOverride(ImageConfig) }),
  };
}

function refuseWhatDoesNotAct(asked: Asked): void {
  if (asked.VpcConfig?.SubnetIds?.length || asked.VpcConfig?.SecurityGroupIds?.length) throw notYet("VpcConfig");
  if (asked.KMSKeyArn) throw notYet("KMSKeyArn");
  if (asked.FileSystemConfigs?.length) throw notYet("FileSystemConfigs");
  if (asked.SnapStart?.ApplyOn === "PublishedVersions") throw notYet("SnapStart");
  if (asked.CapacityProviderConfig) throw notYet("CapacityProviderConfig");
  if (asked.DurableConfig) throw notYet("DurableConfig");
  if (asked.TenancyConfig) throw notYet("TenancyConfig");
  if (asked.PublishTo) throw notYet("PublishTo");
}

function checkedEnvironment(variables: Readonly<Record<string, string>>, { environmentBytesMax }: Quotas): Readonly<Record<string, string>> {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0)
    throw invalid(`Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`);
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > environmentBytesMax)
    throw invalid(`Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${measured}`);
  if (Object.values(variables).some((value) => value.includes("\0"))) throw invalid("An environment variable can not contain a NUL character.");
  return variables;
}

/** Code runs on this machine's processor; the other one is refused only for what it would break: binaries of the function's own. */
function checkedArchitecture(architecture: string): FunctionSettings["architecture"] {
  if (architecture !== OWN_ARCHITECTURE) throw invalid(`This machine runs ${OWN_ARCHITECTURE}; it can not run functions for ${architecture}.`);
  return OWN_ARCHITECTURE;
}

function logSettings(asked: NonNullable<Asked["LoggingConfig"]>, name: string): LogSettings {
  const format = asked.LogFormat === "JSON" ? "JSON" : "Text";
  if (format === "Text" && (asked.ApplicationLogLevel || asked.SystemLogLevel))
    throw invalid("To use ApplicationLogLevel or SystemLogLevel, you must set LogFormat to JSON.");
  return {
    group: asked.LogGroup ?? `/aws/lambda/${name}`,
    format,
    applicationLevel: format === "JSON" ? (asked.ApplicationLogLevel ?? "INFO") : undefined,
    systemLevel: format === "JSON" ? (asked.SystemLogLevel ?? "INFO") : undefined,
  };
}
