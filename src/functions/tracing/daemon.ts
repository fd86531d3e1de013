// What an X-Ray SDK finds at AWS_XRAY_DAEMON_ADDRESS: a port of the loopback for one instance's datagrams, each a header and a segment.
import type { AddressInfo } from "node:net";
import { parsed } from "./segments.ts";

export interface XrayDaemon extends AsyncDisposable {
  /** The variables by which SDKs find it. */
  readonly env: Readonly<Record<string, string>>;
}

/** `onSegment` gets each as one line of JSON. What is no segment is dropped, as by the original's daemon. */
export async function openXrayDaemon(onSegment: (document: string) => void): Promise<XrayDaemon> {
  // Loaded with the first function that traces.
  const { createSocket } = await import("node:dgram");
  const socket = createSocket("udp4");
  socket.on("message", (datagram) => {
    const text = datagram.toString();
    const end = text.indexOf("\n");
    const segment = parsed(text.slice(0, Math.max(0, end)))?.["format"] === "json" ? parsed(text.slice(end + 1)) : undefined;
    if (typeof segment?.["id"] === "string" && typeof segment["trace_id"] === "string") onSegment(JSON.stringify(segment));
  });
  // A datagram that can not be received is lost, as datagrams are.
  socket.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, HOST, resolve);
  });
  socket.unref();
  const { port } = socket.address() as AddressInfo;
  return {
    env: { AWS_XRAY_DAEMON_ADDRESS: `${HOST}:${port}`, _AWS_XRAY_DAEMON_ADDRESS: HOST, _AWS_XRAY_DAEMON_PORT: String(port) },
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const HOST = "127.0.0.1";
