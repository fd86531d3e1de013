// AddPermission's parameters as one statement of a resource policy, built as the original builds it.
import { functionArn } from "../../kernel/arn.ts";
import type { FunctionRef, ResourcePolicy } from "../../functions/function.ts";
import { invalid } from "./faults.ts";
import type { Input } from "./op.ts";

type Statement = Readonly<Record<string, unknown>>;

export function statementOf(input: Input<"AddPermission">, ref: FunctionRef): Statement {
  if (input.FunctionUrlAuthType && input.Action !== "lambda:InvokeFunctionUrl") throw invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
  const condition = {
    ...(input.SourceAccount || input.FunctionUrlAuthType || input.EventSourceToken || input.PrincipalOrgID
      ? {
          StringEquals: {
            ...(input.FunctionUrlAuthType ? { "lambda:FunctionUrlAuthType": input.FunctionUrlAuthType } : {}),
            ...(input.EventSourceToken ? { "lambda:EventSourceToken": input.EventSourceToken } : {}),
            ...(input.PrincipalOrgID ? { "aws:PrincipalOrgID": input.PrincipalOrgID } : {}),
            ...(input.SourceAccount ? { "AWS:SourceAccount": input.SourceAccount } : {}),
          },
        }
      : {}),
    ...(input.SourceArn ? { ArnLike: { "AWS:SourceArn": input.SourceArn } } : {}),
    ...(input.InvokedViaFunctionUrl === undefined ? {} : { Bool: { "lambda:InvokedViaFunctionUrl": String(input.InvokedViaFunctionUrl) } }),
  };
  return {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: principalOf(input.Principal ?? ""),
    Action: input.Action,
    Resource: functionArn(ref, ref.qualifier),
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}

/** A whole resource policy as GetPolicy shows it. */
export const policyText = ({ statements }: ResourcePolicy): string => JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });

function principalOf(principal: string): unknown {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith("arn:")) return { AWS: principal };
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|alexa\.amazon\.com)$|^(alexa-appkit|alexa-connectedhome)\.amazon\.com$/.test(principal)) return { Service: principal };
  throw invalid("The provided principal was invalid. Please check the principal and try again.");
}
