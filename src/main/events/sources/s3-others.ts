// S3 beside notifications: object Lambda access points and batch jobs.
import { arn, hex, iso, upperId, uuid, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

export const s3ObjectLambda: SampleEvents = {
  get: objectLambda("an object is read through an access point", ({ region }) => ({
    getObjectContext: { inputS3Url: `https://raw-111122223333.s3-accesspoint.${region}.amazonaws.com/notes.txt?X-Amz-Expires=61&X-Amz-Signature=${hex(64)}`, outputRoute: `io-use1-${hex(3)}`, outputToken: Buffer.from(hex(64), "hex").toString("base64") },
  })),
  "get-role": objectLambda("the same by somebody who has assumed a role", ({ region }) => ({
    getObjectContext: { inputS3Url: `https://raw-111122223333.s3-accesspoint.${region}.amazonaws.com/notes.txt?X-Amz-Signature=${hex(64)}`, outputRoute: `io-use1-${hex(3)}`, outputToken: Buffer.from(hex(64), "hex").toString("base64") },
  }), true),
  head: objectLambda("the head of an object is read", ({ region }) => ({ headObjectContext: { inputS3Url: `https://raw-111122223333.s3-accesspoint.${region}.amazonaws.com/notes.txt?X-Amz-Signature=${hex(64)}` } })),
  list: objectLambda("objects are listed (version 1)", ({ region }) => ({ listObjectsContext: { inputS3Url: `https://raw-111122223333.s3-accesspoint.${region}.amazonaws.com/?X-Amz-Signature=${hex(64)}` } })),
  "list-v2": objectLambda("objects are listed (version 2)", ({ region }) => ({ listObjectsV2Context: { inputS3Url: `https://raw-111122223333.s3-accesspoint.${region}.amazonaws.com/?list-type=2&X-Amz-Signature=${hex(64)}` } })),
};

export const s3Batch: SampleEvents = {
  v2: { what: "a batch job hands over one object (schema 2.0)", make: () => batch("2.0", { userArguments: { size: "large", dryRun: "no" } }, { s3Bucket: "pictures" }) },
  v1: { what: "a batch job hands over one object (schema 1.0)", make: () => batch("1.0", {}, { s3BucketArn: "arn:aws:s3:::pictures" }) },
};

const batch = (invocationSchemaVersion: string, job: object, where: object): object => ({
  invocationSchemaVersion,
  invocationId: hex(40),
  job: { id: uuid(), ...job },
  tasks: [{ taskId: hex(40), s3Key: "cats/tabby%201.jpg", s3VersionId: "1", ...where }],
});

function objectLambda(what: string, context: (facts: Facts) => object, byRole = false): SampleEvent {
  return {
    what,
    make: (facts) => ({
      xAmzRequestId: facts.requestId,
      ...context(facts),
      configuration: { accessPointArn: arn(facts, "s3-object-lambda", "accesspoint/redacted"), supportingAccessPointArn: arn(facts, "s3", "accesspoint/raw"), payload: '{"redact":"mail"}' },
      userRequest: { url: `https://redacted-${facts.account}.s3-object-lambda.${facts.region}.amazonaws.com/notes.txt`, headers: { Host: `redacted-${facts.account}.s3-object-lambda.${facts.region}.amazonaws.com`, "Accept-Encoding": "identity", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD" } },
      userIdentity: byRole ? assumedRole(facts) : { type: "IAMUser", principalId: `AIDA${upperId(16)}`, arn: `arn:aws:iam::${facts.account}:user/ana`, accountId: facts.account, accessKeyId: `AKIA${upperId(16)}`, userName: "ana" },
      protocolVersion: "1.00",
    }),
  };
}

function assumedRole({ account, now }: Facts): object {
  const role = `AROA${upperId(16)}`;
  return {
    type: "AssumedRole", principalId: `${role}:session`, arn: `arn:aws:sts::${account}:assumed-role/reader/session`, accountId: account, accessKeyId: `ASIA${upperId(16)}`,
    sessionContext: { attributes: { mfaAuthenticated: "false", creationDate: iso(now - 600_000) }, sessionIssuer: { type: "Role", principalId: role, arn: `arn:aws:iam::${account}:role/reader`, accountId: account, userName: "reader" } },
  };
}
