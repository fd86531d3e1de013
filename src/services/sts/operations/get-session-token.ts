// GetSessionToken: temporary credentials for the caller as it is.
import { fault } from "../../../kernel/fault.ts";
import { credentialsView, identify } from "../identity.ts";
import type { Op } from "../op.ts";
import { refuse } from "../refuse.ts";

const HOUR_SECONDS = 3600;

export const getSessionToken: Op<"GetSessionToken"> = async ({ DurationSeconds, ...others }, context) => {
  refuse(others, ["SerialNumber", "TokenCode", "MinimumSessionTokenSize"]);
  const caller = await identify(context);
  if (caller.isRoleSession) throw fault("AccessDenied", { message: "Cannot call GetSessionToken with session credentials", status: 403 });
  // AWS: the root's sessions last an hour at most, whatever was asked.
  const session = await context.sessions.issue({ account: caller.account }, Math.min(DurationSeconds ?? HOUR_SECONDS, HOUR_SECONDS));
  return { Credentials: credentialsView(session) };
};
