// Tells what a new connection speaks from its first bytes, and gives those bytes back before anybody else reads.
import type { Socket } from "node:net";

export type FirstBytes = "http1" | "http2" | "tls";

const preface = "PRI";
const tlsHandshake = 0x16;

/**
 * Calls `tell` once, with the bytes still to be read from the socket. Three bytes decide: no HTTP/1 method begins like
 * HTTP/2's `PRI * HTTP/2.0` (RFC 9113, 3.4). A connection that sends less stays silent, for the caller to time out.
 */
export function peek(socket: Socket, tell: (kind: FirstBytes) => void): void {
  let seen: Buffer | undefined;
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
    const kind = kindOf(seen);
    if (kind === undefined) return;
    socket.off("readable", onReadable);
    socket.unshift(seen);
    tell(kind);
  };
  socket.on("readable", onReadable);
}

function kindOf(bytes: Buffer): FirstBytes | undefined {
  if (bytes[0] === tlsHandshake) return "tls";
  const start = bytes.toString("latin1", 0, preface.length);
  if (start === preface) return "http2";
  return preface.startsWith(start) ? undefined : "http1";
}
