// Deliveries to subscribers that are slow, broken or away for a while.
import { createServer } from "node:http";
import { createServer as createTcp, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../main/system-clock.ts";
import { openDelivery, type Dropped } from "./delivery.ts";

const buffering = { maxItems: 1000, maxBytes: 262_144, timeoutMs: 25 };

/** Answers each POST with the next status, 200 when there is none. */
async function subscriber(statuses: number[] = []) {
  const batches: unknown[][] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => (text += String(piece))).on("end", () => {
      const status = statuses.shift() ?? 200;
      if (status === 200) batches.push(JSON.parse(text) as unknown[]);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    batches, port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.concurrent("A delivery", () => {
  const to = (port: number) => ({ kind: "http", port, path: "/" }) as const;

  test("gathers events until the buffer's time is over, or the buffer full", async ({ expect }) => {
    await using s = await subscriber();
    const delivery = openDelivery(to(s.port), buffering, systemClock, () => {});
    for (const n of [1, 2, 3]) delivery.push(String(n));
    expect(s.batches).toEqual([]);
    await expect.poll(() => s.batches).toEqual([[1, 2, 3]]);
    for (let n = 0; n < 1000; n++) delivery.push(String(n));
    await expect.poll(() => s.batches.length).toBe(2);
    delivery.close();
  });

  test("tries again, in order and without a copy, when the subscriber fails", async ({ expect }) => {
    await using s = await subscriber([500, 503]);
    const delivery = openDelivery(to(s.port), buffering, systemClock, () => {});
    delivery.push("1");
    await delivery.flush();
    delivery.push("2");
    await delivery.flush();
    expect(s.batches).toEqual([[1], [2]]);
    delivery.close();
  });

  test("drops what a subscriber does not take, and tells how much once it takes again", async ({ expect }) => {
    const dropped: Dropped[] = [];
    await using s = await subscriber([500, 500, 500, 500, 500]);
    const delivery = openDelivery(to(s.port), { ...buffering, timeoutMs: 30_000 }, systemClock, (report) => dropped.push(report));
    for (let n = 0; n < 2100; n++) delivery.push('"abcdefgh"');
    // One batch was on its way, two buffers waited, and the rest was too much.
    await delivery.flush();
    await expect.poll(() => dropped, { timeout: 20_000 }).toEqual([{ records: expect.any(Number), bytes: expect.any(Number) }]);
    const taken = s.batches.flat().length;
    await delivery.flush();
    expect(s.batches.flat().length + (dropped[0]?.records ?? 0)).toBe(2100);
    expect(taken).toBeGreaterThan(0);
    delivery.close();
  });

  test("waits while the sandbox is frozen", async ({ expect }) => {
    await using s = await subscriber();
    const delivery = openDelivery(to(s.port), buffering, systemClock, () => {});
    delivery.pause();
    delivery.push("1");
    const flushed = delivery.flush();
    expect(s.batches).toEqual([]);
    delivery.resume();
    await flushed;
    expect(s.batches).toEqual([[1]]);
    delivery.close();
  });

  test("over TCP is a line per event, over a new connection when the old one broke", async ({ expect }) => {
    const lines: string[] = [];
    let connections = 0;
    const server = createTcp((socket) => {
      connections++;
      socket.on("error", () => {}).on("data", (piece) => {
        lines.push(...piece.toString().trim().split("\n"));
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const delivery = openDelivery({ kind: "tcp", port: (server.address() as AddressInfo).port }, buffering, systemClock, () => {});
    delivery.push('{"n":1}');
    delivery.push('{"n":2}');
    await delivery.flush();
    await expect.poll(() => lines).toEqual(['{"n":1}', '{"n":2}']);
    await expect.poll(() => {
      delivery.push('{"n":3}');
      return connections;
    }).toBeGreaterThan(1);
    delivery.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

test("events for subscribers of the older API have its names and members, or are left out", async () => {
  const { shaped } = await import("./shape.ts");
  const event = (type: string, record: unknown) => ({ atMs: 0, type, record });
  const older = (type: string, record: unknown, version = "2020-08-15") => shaped(event(type, record), "logs", version, true);
  expect(older("platform.initStart", {})).toBeUndefined();
  expect(older("platform.runtimeDone", { requestId: "r", status: "success", spans: [] })).toBeUndefined();
  expect(older("platform.runtimeDone", { requestId: "r", status: "success", spans: [] }, "2021-03-18")).toBe('{"time":"1970-01-01T00:00:00.000Z","type":"platform.runtimeDone","record":{"requestId":"r","status":"success"}}');
  expect(JSON.parse(older("function", "{}") ?? "")).toMatchObject({ record: "{}" });
  const newer = (record: unknown, version: string, json: boolean) => (JSON.parse(shaped(event("function", record), "telemetry", version, json) ?? "") as { record: unknown }).record;
  expect([newer('{"a":1}\n', "2022-12-13", true), newer('{"a":1}\n', "2022-12-13", false), newer('{"a":1}\n', "2022-07-01", true), newer("plain", "2022-12-13", true)]).toEqual([{ a: 1 }, '{"a":1}\n', '{"a":1}\n', "plain"]);
  expect(shaped(event("platform.end", {}), "telemetry", "2022-07-01", false)).toBeUndefined();
});
