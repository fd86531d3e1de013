// Amazon Resource Names: one parser and one writer for all rooms.

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the fifth colon, for example `function:thumbnail:1`. */
  readonly resource: string;
}

/** Parses `arn:partition:service:region:account:resource`; undefined when the text is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (!match) return undefined;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

const formatArn = (arn: Arn): string =>
  `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`;

/** The partition a region lies in; `aws` unless it is a China, GovCloud, ISO or European sovereign region. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("us-isob-")) return "aws-iso-b";
  if (region.startsWith("us-iso-")) return "aws-iso";
  if (region.startsWith("eusc-")) return "aws-eusc";
  return "aws";
}

export const functionArn = (at: { readonly account: string; readonly region: string; readonly name: string }, qualifier?: string): string =>
  formatArn({
    partition: partitionOf(at.region), service: "lambda", region: at.region, account: at.account,
    resource: qualifier === undefined ? `function:${at.name}` : `function:${at.name}:${qualifier}`,
  });

/** The function that an ARN names, with its qualifier; undefined when it names something else. */
export function functionRefIn(text: string): { readonly account: string; readonly region: string; readonly name: string; readonly qualifier?: string } | undefined {
  const arn = parseArn(text);
  const [kind, name, qualifier, ...rest] = arn?.resource.split(":") ?? [];
  if (!arn || arn.service !== "lambda" || kind !== "function" || !name || rest.length > 0) return undefined;
  return { account: arn.account, region: arn.region, name, ...(qualifier === undefined ? {} : { qualifier }) };
}

export const layerArn = (at: { readonly account: string; readonly region: string; readonly name: string }, version?: number): string =>
  formatArn({
    partition: partitionOf(at.region), service: "lambda", region: at.region, account: at.account,
    resource: version === undefined ? `layer:${at.name}` : `layer:${at.name}:${version}`,
  });
