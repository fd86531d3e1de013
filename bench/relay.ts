// The least that an invocation over HTTP can cost here: a bare node:http server that hands each request to another process over one socket and answers
// with what comes back. A program of its own, in two roles; with `echo` it is the other process.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { Socket, type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

const HELLO = Buffer.from('"hello"');
/** u32 size of the body, u32 number of the request. */
const HEAD_BYTES = 8;

/** Calls back with each whole frame. */
function frames(from: Duplex, take: (id: number, body: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  from.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_BYTES && rest.length >= HEAD_BYTES + rest.readUInt32BE(0)) {
      const end = HEAD_BYTES + rest.readUInt32BE(0);
      take(rest.readUInt32BE(4), rest.subarray(HEAD_BYTES, end));
      rest = rest.subarray(end);
    }
  });
}

function frame(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt32BE(id, 4);
  return Buffer.concat([head, body]);
}

function echo(): void {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  frames(socket, (id) => void socket.write(frame(id, HELLO)));
  socket.on("close", () => process.exit(0));
}

function relay(): void {
  const child = spawn(process.execPath, [import.meta.filename, "echo"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const channel = child.stdio[3] as Duplex;
  const waiting = new Map<number, (body: Buffer) => void>();
  let requests = 0;
  frames(channel, (id, body) => {
    waiting.get(id)?.(body);
    waiting.delete(id);
  });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const id = ++requests;
      waiting.set(id, (body) => response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body));
      channel.write(frame(id, Buffer.concat(chunks)));
    });
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`));
}

if (process.argv[2] === "echo") echo();
else relay();
