// CreatePolicyVersion: another document of a managed policy, the default at once when asked.
import { fault } from "../../../kernel/fault.ts";
import { changePolicy, versionOf } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { checkDocument, checkSize } from "../policy-document.ts";
import { versionView } from "../views.ts";

/** AWS: versions a managed policy keeps. */
const VERSIONS_MAX = 5;

export const createPolicyVersion: Op<"CreatePolicyVersion"> = async ({ PolicyArn = "", PolicyDocument: document = "", SetAsDefault = false }, context) => {
  checkDocument(document, "permissions");
  checkSize(document, "managed");
  const nowMs = context.clock.now();
  const policy = await changePolicy(context, PolicyArn, (current) => {
    if (current.versions.length >= VERSIONS_MAX) {
      throw fault("LimitExceeded", { message: "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.", status: 409 });
    }
    const id = `v${current.nextVersion}`;
    return {
      ...current, updatedMs: nowMs, nextVersion: current.nextVersion + 1, versions: [...current.versions, { id, document, createdMs: nowMs }],
      defaultVersion: SetAsDefault ? id : current.defaultVersion,
    };
  });
  return { PolicyVersion: versionView(policy, versionOf(policy, `v${policy.nextVersion - 1}`)) };
};
