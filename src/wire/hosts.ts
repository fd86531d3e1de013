// What a Host header says: the service and region of an endpoint name, or the bucket of a virtual-host style address.
import type { ModelSummary } from "./model.ts";

export interface HostFacts {
  /** Model id, when the name is a service's endpoint (`lambda.us-east-1.amazonaws.com`, `bucket.s3.localhost`). */
  readonly service: string | undefined;
  readonly region: string | undefined;
  /** What stands before the S3 endpoint or before one of our own names; only S3 may use it. */
  readonly bucket: string | undefined;
  /** The host without the bucket, with its port. */
  readonly baseHost: string;
}

export type ReadHost = (host: string) => HostFacts;

const endpointSuffixes = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];
const regionName = /^[a-z]{2,4}(-[a-z]+)+-\d$/;
/** Bounds the memory that made-up Host headers can take. */
const rememberedMax = 256;

/**
 * `domains` are names this server answers to besides AWS's (`localhost`); in front of them, and in front of an IPv4 address,
 * stands a bucket. Results are remembered, since clients repeat a handful of hosts.
 */
export function hostReader(index: readonly ModelSummary[], domains: readonly string[]): ReadHost {
  const byPrefix = new Map(index.map((summary) => [summary.endpointPrefix, summary.id]));
  const remembered = new Map<string, HostFacts>();
  return (host) => {
    const known = remembered.get(host);
    if (known) return known;
    if (remembered.size >= rememberedMax) remembered.clear();
    const facts = readHost(host, byPrefix, domains);
    remembered.set(host, facts);
    return facts;
  };
}

function readHost(host: string, byPrefix: ReadonlyMap<string, string>, domains: readonly string[]): HostFacts {
  const [, given = "", port = ""] = /^(.*?)(:\d*)?$/s.exec(host) ?? [];
  const name = given.toLowerCase().replace(/\.$/, "");
  const none: HostFacts = { service: undefined, region: undefined, bucket: undefined, baseHost: host };
  const s3 = readS3(name, domains, port);
  if (s3) return s3;
  const suffix = endpointSuffixes.find((candidate) => name.endsWith(candidate));
  if (suffix !== undefined) return { ...none, ...readEndpoint(name.slice(0, -suffix.length), byPrefix) };
  const address = /^(.+)\.(\d{1,3}(?:\.\d{1,3}){3})$/.exec(name);
  if (address) return { ...none, bucket: address[1], baseHost: `${address[2]}${port}` };
  for (const domain of domains) {
    if (name.endsWith(`.${domain}`)) return { ...none, bucket: name.slice(0, -domain.length - 1), baseHost: `${domain}${port}` };
  }
  return none;
}

/** `[bucket.]s3[.dualstack][.region].<suffix>`, and the old `s3-region`. Buckets may contain dots, even a label `s3`: the last one counts. */
function readS3(name: string, domains: readonly string[], port: string): HostFacts | undefined {
  const suffix = [...endpointSuffixes, ...domains.map((domain) => `.${domain}`)].find((candidate) => name.endsWith(candidate));
  if (suffix === undefined) return undefined;
  const labels = name.slice(0, -suffix.length).split(".");
  let at = labels.length - 1;
  let region: string | undefined;
  if (regionName.test(labels[at] ?? "")) region = labels[at--];
  if (labels[at] === "dualstack") at -= 1;
  const label = labels[at] ?? "";
  if (label !== "s3" && label !== "s3-fips" && !/^s3-(?!control|website|object-lambda|outposts|accesspoint)/.test(label)) return undefined;
  if (label !== "s3" && label !== "s3-fips") region ??= regionName.test(label.slice(3)) ? label.slice(3) : undefined;
  return {
    service: "s3",
    region,
    bucket: at === 0 ? undefined : labels.slice(0, at).join("."),
    baseHost: `${labels.slice(at).join(".")}${suffix}${port}`,
  };
}

/** `<prefix>`, `<prefix>.<region>`, SQS's old `<region>.queue` and `queue`, and prefixes of several labels (`api.ecr`). */
function readEndpoint(stem: string, byPrefix: ReadonlyMap<string, string>): Pick<HostFacts, "service" | "region"> {
  const labels = stem.split(".");
  let region: string | undefined;
  if (regionName.test(labels.at(-1) ?? "")) region = labels.pop();
  else if (regionName.test(labels[0] ?? "") && labels[1] === "queue") region = labels.shift();
  const prefix = labels.join(".").replace(/-fips$/, "");
  const service = byPrefix.get(prefix === "queue" ? "sqs" : prefix) ?? byPrefix.get(labels.at(-1) ?? "");
  return { service, region };
}
