// The subscriptions of one run of a program: who asked by which API, and the deliveries that serve them.
import type { Clock } from "../../kernel/clock.ts";
import { openDelivery, type Delivery } from "./delivery.ts";
import { categoryOf, type TelemetryHub } from "./hub.ts";
import { shaped } from "./shape.ts";
import { readSubscription, type Api } from "./subscription.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Subscriptions {
  /** `name` is the extension's. The same extension may ask again by the same API: the last word counts. */
  subscribe(name: string, api: Api, body: string): Answer;
  /** The start is over: whoever asks now is refused. */
  closeRegistration(): void;
  /** Sends what waits, now. */
  flush(): Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
}

interface Deps {
  readonly hub: TelemetryHub;
  readonly clock: Clock;
  /** The function's log format is JSON: lines that are objects arrive as objects. */
  readonly jsonLines: boolean;
  readonly onSubscribed: (name: string, api: Api, types: readonly string[]) => void;
}

const NAMES: Readonly<Record<Api, string>> = { telemetry: "Telemetry", logs: "Logs" };
/** AWS: the words of its own example of `platform.logsDropped`. */
const BEHIND = "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.";

export function openSubscriptions({ hub, clock, jsonLines, onSubscribed }: Deps): Subscriptions {
  const active = new Map<string, { readonly api: Api; readonly delivery: Delivery }>();
  let closed = false;
  const refuse = (status: number, errorType: string, errorMessage: string): Answer => ({ status, body: { errorType, errorMessage } });
  const each = (act: (delivery: Delivery) => void): void => {
    for (const { delivery } of active.values()) act(delivery);
  };
  return {
    subscribe: (name, api, body) => {
      if (closed) return refuse(403, `${NAMES[api]}.SubscriptionClosed`, `${NAMES[api]} API subscription is closed`);
      const asked = readSubscription(api, body);
      if (typeof asked === "string") return refuse(400, "ValidationError", asked);
      const former = active.get(name);
      if (former && former.api !== api) return refuse(400, "ValidationError", `the extension is subscribed by the ${NAMES[former.api]} API already`);
      former?.delivery.close();
      const { types, schemaVersion, destination, buffering } = asked;
      const write = (event: Parameters<typeof categoryOf>[0]): void => {
        const text = shaped(event, api, schemaVersion, jsonLines);
        if (text !== undefined) delivery.push(text);
      };
      const delivery = openDelivery(destination, buffering, clock, ({ records, bytes }) =>
        write({ atMs: clock.now(), type: "platform.logsDropped", record: { reason: BEHIND, droppedRecords: records, droppedBytes: bytes } }),
      );
      active.set(name, { api, delivery });
      hub.subscribe(name, (event) => {
        if (types.includes(categoryOf(event))) write(event);
      });
      onSubscribed(name, api, types);
      return { status: 200, body: "OK" };
    },
    closeRegistration: () => {
      closed = true;
      hub.close();
    },
    flush: async () => {
      await Promise.all([...active.values()].map(({ delivery }) => delivery.flush()));
    },
    pause: () => each((delivery) => delivery.pause()),
    resume: () => each((delivery) => delivery.resume()),
    close: () => {
      each((delivery) => delivery.close());
      active.clear();
    },
  };
}
