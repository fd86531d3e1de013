// Layers as callers name them, as functions use them and as they are shown.
import type { CodePackage, FunctionSettings, LayerUse } from "../../functions/function.ts";
import type { LayerName, LayerVersion } from "../../functions/layers/layers.ts";
import { layerArn, parseArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { invalid } from "./faults.ts";
import type { LambdaContext, Output } from "./op.ts";

/** A layer by name or ARN; of another region or account only where its ARN says so. */
export function layerNamed(given: string | undefined, { account, region }: Pick<LambdaContext, "account" | "region">): LayerName {
  const arn = parseArn(given ?? "");
  if (!arn) return { account, region, name: given ?? "" };
  return { account: arn.account, region: arn.region, name: arn.resource.split(":")[1] ?? "" };
}

/** A version by its ARN; undefined when the text is none. */
export function layerVersionNamed(arn: string | undefined): (LayerName & { readonly version: number }) | undefined {
  const parsed = parseArn(arn ?? "");
  const [, name, version] = /^layer:([a-zA-Z0-9-_]+):(\d{1,15})$/.exec(parsed?.resource ?? "") ?? [];
  return parsed && name !== undefined ? { account: parsed.account, region: parsed.region, name, version: Number(version) } : undefined;
}

/** The version asked for, which has to be there; a Fault otherwise. */
export async function requireLayerVersion(at: LayerName, version: number | undefined, { heart, account }: LambdaContext, missing: Fault): Promise<LayerVersion> {
  const found = await heart.layers.find(at, requireNumber(version));
  if (!found || !mayUse(found, account)) throw missing;
  return found;
}

export function requireNumber(version: number | undefined): number {
  if (version === undefined || version < 1) throw invalid("Layer Version Cannot be less than 1");
  return version;
}

export const layerVersionMissing = (at: LayerName, version: number | undefined): Fault =>
  fault("ResourceNotFoundException", { message: `Layer version ${layerArn(at, version)} does not exist.`, Type: "User" });

export const noSuchResource = (): Fault => fault("ResourceNotFoundException", { message: "The resource you requested does not exist.", Type: "User" });

/** The layers a function asks for, with their content; Faults when they can not be had. */
export async function layersOf(arns: readonly string[], context: LambdaContext): Promise<readonly LayerUse[]> {
  const { layersMax } = context.heart.quotas;
  if (arns.length > layersMax) throw invalid(`Cannot reference more than ${layersMax} layers.`);
  const uses: LayerUse[] = [];
  const seen = new Map<string, string>();
  for (const arn of arns) {
    const named = layerVersionNamed(arn);
    if (named && named.region !== context.region) throw invalid(`Layers are not in the same region as the function. Layers are expected to be in region ${context.region}.`);
    const layer = named && (await context.heart.layers.find(named, named.version));
    if (!layer || !mayUse(layer, context.account)) throw invalid(`Layer version ${arn} does not exist.`);
    const other = seen.get(layerArn(layer));
    if (other !== undefined)
      throw invalid(`Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`);
    seen.set(layerArn(layer), arn);
    uses.push({ arn, code: layer.code });
  }
  return uses;
}

/** AWS: code and layers unpacked may together be as large as code alone. */
export function requireTotalSize(code: CodePackage, { layers }: Pick<FunctionSettings, "layers">, { heart }: Pick<LambdaContext, "heart">): void {
  // An image has a limit of its own, and no layers.
  if (code.image) return;
  const bytes = layers.reduce((sum, layer) => sum + layer.code.unpackedBytes, code.unpackedBytes);
  const { unzippedBytesMax } = heart.quotas;
  if (bytes > unzippedBytesMax) throw invalid(`Function code combined with layers exceeds the maximum allowed size of ${unzippedBytesMax} bytes. The actual size is ${bytes} bytes.`);
}

/** Layers of other accounts are usable as far as their policies share them. */
function mayUse({ account, policy }: LayerVersion, caller: string): boolean {
  if (account === caller) return true;
  return (policy?.statements ?? []).some(({ Principal: principal }) => principal === "*" || (typeof principal === "object" && principal !== null && "AWS" in principal && principal.AWS === `arn:aws:iam::${caller}:root`));
}

export function listedLayerView(layer: LayerVersion): NonNullable<Output<"ListLayerVersions">["LayerVersions"]>[number] {
  return {
    LayerVersionArn: layerArn(layer, layer.version),
    Version: layer.version,
    Description: layer.description,
    CreatedDate: `${new Date(layer.createdMs).toISOString().slice(0, -1)}+0000`,
    ...(layer.runtimes.length > 0 ? { CompatibleRuntimes: [...layer.runtimes] as "nodejs24.x"[] } : {}),
    ...(layer.architectures.length > 0 ? { CompatibleArchitectures: [...layer.architectures] as "arm64"[] } : {}),
    ...(layer.license === undefined ? {} : { LicenseInfo: layer.license }),
  };
}

export const layerView = async (layer: LayerVersion, { codeLinks, endpoint }: Pick<LambdaContext, "codeLinks" | "endpoint">): Promise<Output<"GetLayerVersion">> => ({
  Content: { Location: await codeLinks.linkTo(layer.code.blobId, endpoint), CodeSha256: layer.code.sha256, CodeSize: layer.code.sizeBytes },
  LayerArn: layerArn(layer),
  ...listedLayerView(layer),
});

/** Whether a layer says that it fits; one that says nothing fits nowhere in particular. */
export const isCompatible = (layer: LayerVersion, asked: { readonly CompatibleRuntime?: string | undefined; readonly CompatibleArchitecture?: string | undefined }): boolean =>
  (asked.CompatibleRuntime === undefined || layer.runtimes.includes(asked.CompatibleRuntime)) &&
  (asked.CompatibleArchitecture === undefined || layer.architectures.includes(asked.CompatibleArchitecture));
