// `GET /_fugaz/queues/<region>/<account>/<name>?from=…`: a queue's messages, one JSON object per line, for who looks on and receives none.
import { Readable } from "node:stream";
import type { LookOptions, Queues, Sight } from "../../triggers/queues/queues.ts";
import type { Door, HttpReply } from "../../wire/door.ts";

const PATH = /^\/_fugaz\/queues\/([^/]+)\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/;
const starts: Readonly<Record<string, boolean>> = { "": false, "from=latest": false, "from=trim-horizon": true };
/** Ours: an empty line after so much silence keeps what is between the two ends from giving up on them. */
const IDLE_MS = 30_000;

/** The answer goes on until the client leaves or the queue is deleted. `{"missed":n}`: so many came faster than they were read. */
export const lookDoor = ({ queues }: { readonly queues: Pick<Queues, "look" | "records"> }): Door => ({
  name: "look",
  claims: ({ rawPath }) => rawPath.startsWith("/_fugaz/queues/"),
  handle: async ({ method, rawPath, rawQuery, signal }) => {
    if (method !== "GET") return problem(405, "Use GET.", { allow: "GET" });
    const [, region, account, name] = PATH.exec(rawPath) ?? [];
    const backlog = starts[rawQuery];
    if (backlog === undefined) return problem(400, "Say from=latest or from=trim-horizon.");
    const queue = region !== undefined && account !== undefined && name !== undefined && (await queues.records.find({ region, account, name }));
    if (!queue) return problem(404, "There is no such queue.");
    const sights = await queues.look(queue, { backlog, idleMs: IDLE_MS, signal } satisfies LookOptions);
    return { status: 200, headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" }, headAtOnce: true, body: Readable.from(lines(sights), { objectMode: false, highWaterMark: 64 * 1024 }) };
  },
});

async function* lines(sights: AsyncIterable<Sight>): AsyncGenerator<string> {
  for await (const sight of sights) yield `${sight.kind === "quiet" ? "" : JSON.stringify(sight.kind === "message" ? sight.message : { missed: sight.count })}\n`;
}

const problem = (status: number, message: string, headers: HttpReply["headers"] = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: Buffer.from(`${JSON.stringify({ message })}\n`),
});
