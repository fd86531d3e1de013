// PutPermission: one more statement in a bus's policy, or the whole policy.
import { isComplete, readPolicy, type PolicyDocument } from "../../../kernel/policy.ts";
import { partitionOf } from "../../../kernel/arn.ts";
import type { BusRecord } from "../../../triggers/buses/buses.ts";
import { busMissing, invalid } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Input, Op } from "../op.ts";

export const putPermission: Op<"PutPermission"> = async (input, context) => {
  const { account, region, name } = await busAt(context, input.EventBusName);
  const changed = await context.buses.records.change({ account, region, name }, (bus) => ({ policy: input.Policy === undefined ? withStatement(bus, input) : wholePolicy(input.Policy) }));
  if (!changed) throw busMissing(name);
  return {};
};

function wholePolicy(text: string): PolicyDocument {
  const policy = readPolicy(text);
  if (!policy?.Statement.every(isComplete)) throw invalid("Parameter Policy is not valid. Reason: it is no policy of a resource.");
  return policy;
}

function withStatement(bus: BusRecord, { Action, Principal, StatementId, Condition }: Input<"PutPermission">): PolicyDocument {
  if (!Action || !Principal || !StatementId) throw invalid("Parameter(s) Action, Principal, StatementId must be specified.");
  if (Action !== "events:PutEvents") throw invalid("Provided value in parameter 'action' is not supported.");
  if (!/^(\d{12}|\*)$/.test(Principal)) throw invalid("Provided value in parameter 'principal' is not valid.");
  const statement = {
    Sid: StatementId, Effect: "Allow", Principal: Principal === "*" ? "*" : { AWS: `arn:${partitionOf(bus.region)}:iam::${Principal}:root` }, Action, Resource: bus.arn,
    ...(Condition && { Condition: { [Condition.Type ?? ""]: { [Condition.Key ?? ""]: Condition.Value } } }),
  };
  return { Version: "2012-10-17", ...bus.policy, Statement: [...(bus.policy?.Statement ?? []).filter(({ Sid }) => Sid !== StatementId), statement] };
}
