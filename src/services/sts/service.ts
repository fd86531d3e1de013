// STS: who am I, and temporary credentials.
import { defineService } from "../../wire/service.ts";
import type { StsDeps } from "./op.ts";
import { assumeRole } from "./operations/assume-role.ts";
import { getAccessKeyInfo } from "./operations/get-access-key-info.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";
import { getSessionToken } from "./operations/get-session-token.ts";

export const sts = defineService<StsDeps>(
  "sts",
  {
    AssumeRole: assumeRole,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
  { validationCode: "ValidationError" },
);
