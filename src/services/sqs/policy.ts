// A queue's access policy: checked before it is kept, grown and shrunk by AddPermission and RemovePermission.
import { limits } from "../../kernel/limits.ts";
import type { QueueRecord } from "../../triggers/queues/queues.ts";
import { accountStatement, isComplete, readPolicy, type PolicyDocument } from "../../kernel/policy.ts";
import { invalidAttribute, invalidValue } from "./faults.ts";

/** AWS: actions that a permission can be about. */
const actions = new Set(["*", "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue"]);

/** Throws InvalidAttributeValue unless the text is a policy that can mean something. */
export function checkPolicy(text: string): void {
  const document = readPolicy(text);
  const version = document?.["Version"];
  const fine =
    document !== undefined && Buffer.byteLength(text) <= limits.sqs.policyBytesMax && (version === undefined || version === "2008-10-17" || version === "2012-10-17") &&
    document.Statement.length > 0 &&
    document.Statement.every(isComplete);
  if (!fine) throw invalidAttribute("Policy");
}

export function addStatement({ arn, region, settings }: QueueRecord, label: string, accounts: readonly string[], names: readonly string[]): string {
  if (!/^[\w-]{1,80}$/.test(label)) throw invalidValue(label, "Label", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.");
  for (const name of names) if (!actions.has(name)) throw invalidValue(`SQS:${name}`, "ActionName", "Please refer to the appropriate WSDL for a list of valid actions.");
  for (const account of accounts) if (!/^\d{12}$/.test(account)) throw invalidValue(account, "PrincipalId", "Unable to verify.");
  const document = documentOf(settings.policy, arn);
  if (document.Statement.some(({ Sid }) => Sid === label)) throw invalidValue(label, "Label", "Already exists.");
  const statement = accountStatement(label, accounts, names.map((name) => `SQS:${name}`), { arn, region });
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
}

/** Undefined when nothing is left. */
export function removeStatement({ arn, settings }: QueueRecord, label: string): string | undefined {
  const document = documentOf(settings.policy, arn);
  const left = document.Statement.filter(({ Sid }) => Sid !== label);
  if (left.length === document.Statement.length) throw invalidValue(label, "Label", "can't find label.");
  return left.length === 0 ? undefined : JSON.stringify({ ...document, Statement: left });
}

const documentOf = (policy: string | undefined, arn: string): PolicyDocument =>
  (policy === undefined ? undefined : readPolicy(policy)) ?? { Version: "2008-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
