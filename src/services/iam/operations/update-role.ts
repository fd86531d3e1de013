// UpdateRole: description and session length; what is not given stays.
import type { Op } from "../op.ts";
import { changeRole } from "../records.ts";

export const updateRole: Op<"UpdateRole"> = async ({ RoleName = "", Description, MaxSessionDuration }, context) => {
  await changeRole(context, RoleName, (role) => ({ ...role, description: Description ?? role.description, sessionSecondsMax: MaxSessionDuration ?? role.sessionSecondsMax }));
  return {};
};
