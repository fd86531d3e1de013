// `GET /metrics`: what the server does, in the text format that Prometheus and its kin read.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { HISTOGRAM_MS, type HeartFigures, type Histogram } from "../functions/metrics/figures.ts";
import type { QueueCounts } from "../ports/queue.ts";
import type { MappingStatus } from "../triggers/mappings/mapping.ts";
import type { QueueRef } from "../triggers/queues/queues.ts";
import type { Door, HttpReply } from "../wire/door.ts";
import { version } from "./version.ts";

/** How often the event loop is asked whether it is late; each asking costs a wake-up. */
const LOOP_MS = 20;

export interface MetricsDoor extends Door, Disposable {}

/** What a whole house counts. */
export interface HouseFigures {
  readonly heart: HeartFigures;
  /** Of SQS, now. */
  readonly queues: readonly { readonly queue: QueueRef; readonly counts: QueueCounts }[];
  readonly mappings: readonly MappingStatus[];
  readonly nowMs: number;
}

/** `figures` is undefined until the server is ready: then it answers 503. The event loop is watched from the first reading on. */
export function metricsDoor(figures: () => (() => Promise<HouseFigures>) | undefined): MetricsDoor {
  const loop = monitorEventLoopDelay({ resolution: LOOP_MS });
  const loopSeconds = (quantile: number): number => Math.max(0, (loop.percentile(quantile * 100) || 0) / 1e9 - LOOP_MS / 1000);
  return {
    name: "metrics",
    // A signed request, or one with a query, is for a bucket of this name.
    claims: ({ rawPath, rawQuery, method, headers }) => rawPath === "/metrics" && rawQuery === "" && (method === "GET" || method === "HEAD") && headers["authorization"] === undefined,
    handle: async () => {
      const read = figures();
      if (!read) return text(503, "starting\n");
      const delays = [0.5, 0.99, 1].map((quantile) => ({ labels: { quantile }, value: loopSeconds(quantile) }));
      loop.reset();
      loop.enable();
      const house = await read();
      return text(200, [...heartLines(house.heart), ...queueLines(house), ...mappingLines(house), ...family("fugaz_event_loop_delay_seconds", "gauge", "How late the event loop was since the last reading", delays), ...processLines()].join(""));
    },
    [Symbol.dispose]: () => void loop.disable(),
  };
}

interface Sample {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
}

function heartLines({ instances, memory, cells, coldStarts, invocations, throttles, queues }: HeartFigures): readonly string[] {
  return [
    ...family("fugaz_instances", "gauge", "Live instances by state", Object.entries(instances).map(([state, value]) => ({ labels: { state }, value }))),
    ...family("fugaz_instances_memory_bytes", "gauge", "What live instances are charged: their configured memory, when they wait what they have used", [{ value: memory.chargedMb * 2 ** 20 }]),
    ...family("fugaz_instances_memory_max_bytes", "gauge", "What they may be charged before idle ones must go", [{ value: memory.budgetMb * 2 ** 20 }]),
    ...family("fugaz_cells", "gauge", "Sandboxes booted ahead that wait for a function", cells.map(({ runtime, ahead, waiting }) => ({ labels: { runtime, ahead }, value: waiting }))),
    ...histogram("fugaz_cold_start_seconds", "How long instances took to be ready for their first event", coldStarts.map(({ kind, runtime, time }) => ({ labels: { kind, runtime }, time }))),
    ...histogram("fugaz_invocation_seconds", "How long functions ran", invocations.map(({ outcome, time }) => ({ labels: { outcome }, time }))),
    ...family("fugaz_throttles_total", "counter", "Invocations that were refused because too many ran", [{ value: throttles }]),
    ...family("fugaz_async_events", "gauge", "Asynchronous events that wait or run", queues.flatMap(({ function: name, counts: { visible, leased, delayed } }) => Object.entries({ visible, leased, delayed }).map(([state, value]) => ({ labels: { function: name, state }, value })))),
  ];
}

const queueLines = ({ queues, nowMs }: HouseFigures): readonly string[] => [
  ...family("fugaz_sqs_messages", "gauge", "Messages in SQS queues", queues.flatMap(({ queue, counts: { visible, leased, delayed } }) => Object.entries({ visible, leased, delayed }).map(([state, value]) => ({ labels: { ...labelsOf(queue), state }, value })))),
  ...family("fugaz_sqs_oldest_message_seconds", "gauge", "How long the oldest message has been there", queues.flatMap(({ queue, counts: { oldestAtMs } }) => (oldestAtMs === undefined ? [] : [{ labels: labelsOf(queue), value: Math.max(0, nowMs - oldestAtMs) / 1000 }]))),
];

const labelsOf = ({ account, region, name: queue }: QueueRef): Readonly<Record<string, string>> => ({ account, region, queue });

const mappingLines = ({ mappings }: HouseFigures): readonly string[] => [
  ...family("fugaz_mapping_batches_total", "counter", "Batches that event source mappings handed to their functions", mappings.flatMap(({ id: mapping, batches, failedBatches }) => Object.entries({ success: batches - failedBatches, error: failedBatches }).map(([outcome, value]) => ({ labels: { mapping, outcome }, value })))),
  ...family("fugaz_mapping_events_total", "counter", "Events of mappings by what became of them", mappings.flatMap(({ id: mapping, events: done, filtered, dropped }) => Object.entries({ done, filtered, dropped }).map(([fate, value]) => ({ labels: { mapping, fate }, value })))),
  ...family("fugaz_mapping_iterator_age_seconds", "gauge", "How old the last record of a stream's latest batch was when it was read", mappings.flatMap(({ id: mapping, iteratorAgeMs }) => (iteratorAgeMs === undefined ? [] : [{ labels: { mapping }, value: iteratorAgeMs / 1000 }]))),
];

const processLines = (): readonly string[] => [
  ...family("process_resident_memory_bytes", "gauge", "Resident memory of the server itself", [{ value: process.memoryUsage.rss() }]),
  ...family("process_cpu_seconds_total", "counter", "Processor time of the server itself", [{ value: (process.cpuUsage().user + process.cpuUsage().system) / 1e6 }]),
  ...family("process_uptime_seconds", "gauge", "How long the server has been up", [{ value: process.uptime() }]),
  ...family("fugaz_info", "gauge", "What this server is", [{ labels: { version, node: process.versions.node }, value: 1 }]),
];

function family(name: string, type: string, help: string, samples: readonly Sample[]): readonly string[] {
  return [`# HELP ${name} ${help}.\n# TYPE ${name} ${type}\n`, ...samples.map((sample) => line(name, sample))];
}

function histogram(name: string, help: string, all: readonly { readonly labels: Readonly<Record<string, string>>; readonly time: Histogram }[]): readonly string[] {
  return [
    ...family(name, "histogram", help, []),
    ...all.flatMap(({ labels, time }) => [
      ...HISTOGRAM_MS.map((ms, index) => line(`${name}_bucket`, { labels: { ...labels, le: ms / 1000 }, value: time.counts[index] ?? 0 })),
      line(`${name}_bucket`, { labels: { ...labels, le: "+Inf" }, value: time.count }),
      line(`${name}_sum`, { labels, value: time.sumMs / 1000 }),
      line(`${name}_count`, { labels, value: time.count }),
    ]),
  ];
}

function line(name: string, { labels = {}, value }: Sample): string {
  const list = Object.entries(labels).map(([label, text]) => `${label}="${String(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`);
  return `${name}${list.length === 0 ? "" : `{${list.join()}}`} ${value}\n`;
}

const text = (status: number, body: string): HttpReply => ({
  status,
  headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
  body: Buffer.from(body),
});
