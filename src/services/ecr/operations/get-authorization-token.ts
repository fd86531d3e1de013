// GetAuthorizationToken: what `docker login` is given; in developer mode the registry takes any.
import { hexId } from "../../../kernel/ids.ts";
import type { Op } from "../op.ts";

/** AWS: twelve hours. */
const LIFE_MS = 12 * 3_600_000;

export const getAuthorizationToken: Op<"GetAuthorizationToken"> = async ({ registryIds }, { clock, endpoint, account }) => {
  const expiresAt = new Date(clock.now() + LIFE_MS);
  const one = () => ({ authorizationToken: Buffer.from(`AWS:${hexId(32)}`).toString("base64"), expiresAt, proxyEndpoint: endpoint });
  return { authorizationData: (registryIds ?? [account]).map(one) };
};
