// What one instance tells about itself, live: everything its extensions may subscribe to passes here, and costs nothing while nobody can listen.

export interface TelemetryEvent {
  readonly atMs: number;
  /** `function`, `extension` or `platform.…`; `platform.end` and `platform.fault` are known to the older Logs API only. */
  readonly type: string;
  readonly record: unknown;
}

export type Category = "platform" | "function" | "extension";

export const categoryOf = ({ type }: TelemetryEvent): Category => (type === "function" || type === "extension" ? type : "platform");

export interface TelemetryHub {
  /** False when nobody listens or can still begin to: then an event need not even be made. */
  readonly heard: boolean;
  publish(event: TelemetryEvent): void;
  /** A program starts: former listeners are gone, and from here on events are kept for those that will come. */
  open(): void;
  /** The start is over: who has not subscribed never will. */
  close(): void;
  /** The listener also hears what has happened since `open`. The same name again replaces the former listener. */
  subscribe(name: string, listener: (event: TelemetryEvent) => void): void;
}

/** Ours: events kept for late subscribers of one start; an initialisation that says more loses the rest for them, never for the log. */
const BACKLOG_MAX = 1000;

export function telemetryHub(): TelemetryHub {
  let backlog: TelemetryEvent[] | undefined;
  const listeners = new Map<string, (event: TelemetryEvent) => void>();
  return {
    get heard() {
      return backlog !== undefined || listeners.size > 0;
    },
    publish: (event) => {
      if (backlog && backlog.length < BACKLOG_MAX) backlog.push(event);
      for (const listener of listeners.values()) listener(event);
    },
    open: () => {
      listeners.clear();
      backlog = [];
    },
    close: () => {
      backlog = undefined;
    },
    subscribe: (name, listener) => {
      listeners.set(name, listener);
      for (const event of backlog ?? []) listener(event);
    },
  };
}
