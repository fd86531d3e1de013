// AddLayerVersionPermission: shares a version with another account, or with everybody.
import { layerArn } from "../../../kernel/arn.ts";
import { layerNamed, layerVersionMissing, requireNumber } from "../layers.ts";
import type { Op } from "../op.ts";
import { withStatement } from "../resource-policy.ts";

export const addLayerVersionPermission: Op<"AddLayerVersionPermission"> = async (input, context) => {
  const at = layerNamed(input.LayerName, context);
  const number = requireNumber(input.VersionNumber);
  const statement = {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: /^\d{12}$/.test(input.Principal ?? "") ? { AWS: `arn:aws:iam::${input.Principal}:root` } : input.Principal === "*" ? "*" : { AWS: input.Principal },
    Action: input.Action,
    Resource: layerArn(at, number),
    ...(input.OrganizationId ? { Condition: { StringEquals: { "aws:PrincipalOrgID": input.OrganizationId } } } : {}),
  };
  const layer = await context.heart.layers.changePolicy(at, number, (current) => withStatement(current, statement, input.RevisionId, "GetLayerPolicy"));
  if (!layer) throw layerVersionMissing(at, number);
  return { Statement: JSON.stringify(statement), ...(layer.policy ? { RevisionId: layer.policy.revisionId } : {}) };
};
