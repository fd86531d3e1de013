// Who signed an upload form: its fields say it, as headers would elsewhere. Like every signature here it is read, not verified yet.
import { accountOfIssuedKey } from "../../../kernel/access-key.ts";
import { fault, type Fault } from "../../../kernel/fault.ts";
import { accountFromDigits } from "../../../wire/sigv4.ts";
import { accessDenied, invalidArgument } from "../errors.ts";

type Values = ReadonlyMap<string, string>;

/** The fields of both signature versions, in the order in which S3 misses them. */
const fieldsOf4 = ["Policy", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"];
const fieldsOf2 = ["Policy", "AWSAccessKeyId", "Signature"];

export const missingField = (name: string): Fault =>
  fault("InvalidArgument", {
    message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`, status: 400, ArgumentName: name, ArgumentValue: "",
  });

export interface Signer {
  readonly policy: string;
  /** Undefined when the access key names no account. */
  readonly account: string | undefined;
}

/** Undefined for a form without policy and signature. Throws S3's faults for one that is signed by half or unreadably. */
export function signerOf(values: Values): Signer | undefined {
  const has = (name: string): boolean => values.has(name.toLowerCase());
  const fields = fieldsOf4.slice(1).some(has) ? fieldsOf4 : fieldsOf2.slice(1).some(has) ? fieldsOf2 : undefined;
  if (!fields) {
    if (has("policy")) throw accessDenied();
    return undefined;
  }
  const missing = fields.find((name) => !has(name));
  if (missing !== undefined) throw missingField(missing);
  const accessKeyId = fields === fieldsOf4 ? accessKeyOf(values) : (values.get("awsaccesskeyid") ?? "");
  return { policy: values.get("policy") ?? "", account: accountFromDigits(accessKeyId) ?? accountOfIssuedKey(accessKeyId) };
}

function accessKeyOf(values: Values): string {
  const credential = values.get("x-amz-credential") ?? "";
  const match = /^([^/]*)\/\d{8}\/[^/]+\/s3\/aws4_request$/.exec(credential);
  if (!match) throw invalidArgument('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".', "X-Amz-Credential", credential);
  if (!match[1]) throw invalidArgument("a non-empty Access Key (AKID) must be provided in the credential.", "X-Amz-Credential", credential);
  const date = values.get("x-amz-date") ?? "";
  if (!/^\d{8}T\d{6}Z$/.test(date)) throw invalidArgument("X-Amz-Date must be formated via ISO8601 Long format", "X-Amz-Date", date);
  return match[1];
}
