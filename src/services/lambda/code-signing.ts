// Code signing configurations: whose signatures code must carry. Nobody signs code for this server, so every archive counts as unsigned:
// a configuration that enforces signatures stops deployments, one that warns lets them pass, as the original does with unsigned code.
import { randomInt } from "node:crypto";
import { partitionOf } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { del, set, transact, unchanged, type Key } from "../../ports/store.ts";
import type { FunctionRecord, Scope } from "../../functions/function.ts";
import type { LambdaContext, Output } from "./op.ts";

export interface CodeSigning {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  readonly publishers: readonly string[];
  readonly untrusted: "Warn" | "Enforce";
  readonly modifiedMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export const codeSigningsKey = ({ account, region }: Scope): Key => ["code-signing", account, region];
const keyOf = (scope: Scope, arn: string): Key => [...codeSigningsKey(scope), arn.slice(arn.lastIndexOf(":") + 1)];

const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

export function newCodeSigning({ account, region }: Scope, facts: Omit<CodeSigning, "id" | "arn">): CodeSigning {
  const id = `csc-${Array.from({ length: 17 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("")}`;
  return { id, arn: `arn:${partitionOf(region)}:lambda:${region}:${account}:code-signing-config:${id}`, ...facts };
}

export async function saveNew(made: CodeSigning, { store, account, region }: LambdaContext): Promise<void> {
  await store.commit([], [set(keyOf({ account, region }, made.arn), made)]);
}

export async function findCodeSigning(arn: string, { store, account, region }: LambdaContext): Promise<CodeSigning | undefined> {
  return (await store.get<CodeSigning>(keyOf({ account, region }, arn)))?.value;
}

/** An undefined decision deletes it. Undefined when there is none. */
export function changeCodeSigning(arn: string, { store, account, region }: LambdaContext, decide: (before: CodeSigning) => CodeSigning | undefined): Promise<CodeSigning | undefined> {
  const key = keyOf({ account, region }, arn);
  return transact(store, async () => {
    const entry = await store.get<CodeSigning>(key);
    if (!entry) return { checks: [], writes: [], result: undefined };
    const next = decide(entry.value);
    return { checks: [unchanged(key, entry)], writes: [next ? set(key, next) : del(key)], result: next ?? entry.value };
  });
}

/** For operations on the configuration itself. */
export const codeSigningMissing = (arn: string): Fault => fault("ResourceNotFoundException", { message: `The Lambda code signing configuration ${arn} can not be found.` });

/** For functions that are to use it. */
export const codeSigningNotUsable = (arn: string): Fault =>
  fault("CodeSigningConfigNotFoundException", { message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`, Type: "User" });

/** Fault when a deployment to a function with this configuration is not allowed. */
export async function requireDeployable(arn: string | undefined, context: LambdaContext): Promise<void> {
  if (!arn) return;
  const config = await findCodeSigning(arn, context);
  if (!config) throw codeSigningNotUsable(arn);
  if (config.untrusted === "Enforce")
    throw fault("CodeVerificationFailedException", {
      message: "The code signature failed one or more of the validation checks for signature mismatch or expiry, and the code signing policy is set to ENFORCE. Lambda blocks the deployment.", Type: "User",
    });
}

/** ARNs of the functions with this configuration, by name, after `after` (exclusive). */
export async function functionsWith(arn: string, after: string | undefined, limit: number, { heart, account, region }: LambdaContext): Promise<readonly FunctionRecord[]> {
  const found: FunctionRecord[] = [];
  for (let last = after; ; ) {
    const page: readonly FunctionRecord[] = await heart.registry.list({ account, region }, last, PAGE);
    found.push(...page.filter(({ codeSigning }) => codeSigning === arn));
    last = page.at(-1)?.name;
    if (found.length >= limit || page.length < PAGE) return found.slice(0, limit);
  }
}

/** Ours: functions looked at in one go. */
const PAGE = 200;

export const codeSigningView = (config: CodeSigning): NonNullable<Output<"GetCodeSigningConfig">["CodeSigningConfig"]> => ({
  CodeSigningConfigId: config.id,
  CodeSigningConfigArn: config.arn,
  Description: config.description,
  AllowedPublishers: { SigningProfileVersionArns: [...config.publishers] },
  CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.untrusted },
  LastModified: new Date(config.modifiedMs).toISOString(),
});
