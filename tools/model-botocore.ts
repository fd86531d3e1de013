// botocore's model is where the constraints, enums and per-operation errors of every service are published as data.
import { execFileSync } from "node:child_process";

export interface BotoMember {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly jsonvalue?: boolean;
}

export interface BotoShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotoMember>>;
  readonly required?: readonly string[];
  readonly member?: BotoMember;
  readonly key?: BotoMember;
  readonly value?: BotoMember;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
}

export interface BotoModel {
  readonly version: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly apiVersion: string;
    readonly endpointPrefix: string;
    readonly serviceId: string;
    readonly signingName?: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
  };
  readonly operations: Readonly<Record<string, { readonly http: { readonly requestUri: string }; readonly input?: BotoMember; readonly output?: BotoMember; readonly errors?: readonly BotoMember[] }>>;
  readonly shapes: Readonly<Record<string, BotoShape>>;
}

const script = `
import botocore, botocore.loaders, json, sys
loader = botocore.loaders.Loader()
def strip(value):
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k != "documentation" or not isinstance(v, str)}
    return [strip(v) for v in value] if isinstance(value, list) else value
print(json.dumps(dict(strip(loader.load_service_model(sys.argv[1], "service-2")), version=botocore.__version__)))
`;

/** The newest model of a service by botocore's folder name (`lambda`, `logs`), without its documentation. Needs python3 with botocore. */
export function loadBotoModel(name: string): BotoModel {
  const text = execFileSync("python3", ["-c", script, name], { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  return JSON.parse(text) as BotoModel;
}
