import { createSocket } from "node:dgram";
import { expect, test } from "vitest";
import { fakeClock } from "../../kernel/fake-clock.ts";
import { openXrayDaemon } from "./daemon.ts";
import { openSampler } from "./sampler.ts";

const at = (name: string) => ({ account: "000000000000", region: "us-east-1", name });

test("of a second the first invocation of each function is recorded, and one in twenty of the others", async () => {
  const clock = fakeClock();
  let drawn = 0.9;
  const isSampled = openSampler({ clock, random: () => drawn });
  expect([isSampled(at("a")), isSampled(at("a")), isSampled(at("b"))]).toEqual([true, false, true]);
  drawn = 0.04;
  expect(isSampled(at("a"))).toBe(true);
  drawn = 0.05;
  expect(isSampled(at("a"))).toBe(false);
  await clock.advance(1000);
  expect(isSampled(at("a"))).toBe(true);
});

test("the daemon takes segments as SDKs send them, and drops what is none", async () => {
  const heard: string[] = [];
  await using daemon = await openXrayDaemon((document) => heard.push(document));
  expect(daemon.env).toMatchObject({ AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.env["_AWS_XRAY_DAEMON_PORT"]}`, _AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1" });
  const socket = createSocket("udp4");
  const send = (text: string) => new Promise((resolve) => socket.send(text, Number(daemon.env["_AWS_XRAY_DAEMON_PORT"]), "127.0.0.1", resolve));
  const header = '{"format": "json", "version": 1}\n';
  for (const text of ["", "x", header, `${header}[1]`, `${header}{"id":"1"}`, '{"format":"xml"}\n{"id":"1","trace_id":"2"}', `${header}{"id":"1",\n"trace_id":"2"}`]) await send(text);
  await expect.poll(() => heard).toEqual(['{"id":"1","trace_id":"2"}']);
  socket.close();
});
