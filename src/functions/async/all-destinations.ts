// Every place where the end of an event can be told: functions here, everything else as the composition root provides it.
import { functionRefIn } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import type { FunctionRecord, FunctionRef, Version } from "../function.ts";
import type { Destinations } from "./destinations.ts";
import { eventWrite } from "./events.ts";

interface Known {
  find(ref: FunctionRef): Promise<FunctionRecord | undefined>;
  versionOf(ref: FunctionRef): Promise<Version>;
}

/** `others`: absent where nothing but functions can be sent to. */
export function allDestinations({ registry, others, now }: { readonly registry: Known; readonly others: Destinations | undefined; readonly now: () => number }): Destinations {
  return {
    state: async (arn, at) => {
      const ref = functionRefIn(arn);
      if (!ref) return others ? others.state(arn, at) : "unsupported";
      return registry.versionOf(ref).then(() => "ready", () => "missing");
    },
    send: async (arn, delivery) => {
      const ref = functionRefIn(arn);
      if (ref && delivery.kind === "record") {
        await registry.versionOf(ref);
        return { checks: [], writes: [eventWrite(ref, { requestId: uuid(), payload: Buffer.from(JSON.stringify(delivery.record)), invokedArn: arn }, now())] };
      }
      if (!others) throw new Error(`nothing here can send to ${arn}`);
      return others.send(arn, delivery);
    },
  };
}
