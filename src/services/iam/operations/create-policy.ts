// CreatePolicy: a managed policy of this account; its document is version v1.
import { fault } from "../../../kernel/fault.ts";
import { partitionOf } from "../../../kernel/arn.ts";
import { set } from "../../../ports/store.ts";
import type { Op } from "../op.ts";
import { checkDocument, checkSize } from "../policy-document.ts";
import { newId, policyKey, type Policy } from "../records.ts";
import { mergeTags } from "../tags.ts";
import { policyView } from "../views.ts";

export const createPolicy: Op<"CreatePolicy"> = async (input, { store, clock, account, region }) => {
  const { PolicyName: name = "", Path: path = "/", PolicyDocument: document = "" } = input;
  checkDocument(document, "permissions");
  checkSize(document, "managed");
  const nowMs = clock.now();
  const policy: Policy = {
    id: newId("ANPA"), name, path, arn: `arn:${partitionOf(region)}:iam::${account}:policy${path}${name}`, createdMs: nowMs, updatedMs: nowMs,
    description: input.Description, tags: mergeTags([], input.Tags ?? []), versions: [{ id: "v1", document, createdMs: nowMs }], defaultVersion: "v1", nextVersion: 2, attachments: 0,
  };
  const key = policyKey(account, name);
  if (!(await store.commit([{ key, version: null }], [set(key, policy)])).ok) {
    throw fault("EntityAlreadyExists", { message: `A policy called ${name} already exists. Duplicate names are not allowed.` });
  }
  return { Policy: policyView(policy) };
};
