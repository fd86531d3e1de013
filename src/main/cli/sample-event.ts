// Makes a sample event for the account and region that this shell's AWS tools would use.
import { findEvent } from "../events/catalog.ts";
import { uuid } from "../events/facts.ts";
import { systemClock } from "../system-clock.ts";

/** A UserError when there is no event of this name. */
export async function madeEvent(name: string): Promise<unknown> {
  const { AWS_ACCESS_KEY_ID = "", AWS_REGION, AWS_DEFAULT_REGION = "us-east-1" } = process.env;
  // Twelve digits as an access key choose the account, as they do at the server's door.
  const account = /^\d{12}$/.test(AWS_ACCESS_KEY_ID) ? AWS_ACCESS_KEY_ID : "000000000000";
  return (await findEvent(name)).make({ now: systemClock.now(), account, region: AWS_REGION ?? AWS_DEFAULT_REGION, requestId: uuid() });
}
