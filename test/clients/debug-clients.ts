// Debuggers as editors are ones: the inspector's WebSocket, and the debug adapter protocol of debugpy.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "./harness.ts";

export interface Inspector extends AsyncDisposable {
  evaluate(expression: string): Promise<unknown>;
}

/** Attaches to the only target there is; waits until there is one. */
export async function attachInspector(port: number): Promise<Inspector> {
  const url = await eventually("an inspector", async () => {
    const targets = await fetch(`http://127.0.0.1:${port}/json/list`).then((reply) => reply.json() as Promise<readonly { readonly webSocketDebuggerUrl: string }[]>, () => []);
    return targets[0]?.webSocketDebuggerUrl;
  });
  const socket = new WebSocket(url);
  await once(socket, "open");
  let last = 0;
  return {
    evaluate: async (expression) => {
      const id = ++last;
      const answer = new Promise<{ readonly result: { readonly result: { readonly value: unknown } } }>((resolve) => {
        const listen = ({ data }: MessageEvent): void => {
          const message = JSON.parse(String(data)) as { readonly id?: number } & Parameters<typeof resolve>[0];
          if (message.id !== id) return;
          socket.removeEventListener("message", listen);
          resolve(message);
        };
        socket.addEventListener("message", listen);
      });
      socket.send(JSON.stringify({ id, method: "Runtime.evaluate", params: { expression } }));
      return (await answer).result.result.value;
    },
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

interface Stopped {
  evaluate(expression: string): Promise<string>;
}

export interface Debugpy extends AsyncDisposable {
  /** Resolves when the program stands there. */
  stopAt(path: string, line: number): Promise<Stopped>;
  goOn(): Promise<void>;
}

interface Message {
  readonly type: "event" | "response";
  readonly event?: string;
  readonly request_seq?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

export async function attachDebugpy(port: number): Promise<Debugpy> {
  const socket = await eventually("debugpy", () => connected(port));
  const messages: Message[] = [];
  readMessages(socket, (message) => messages.push(message));
  let seq = 0;
  const tell = (name: string, args: object = {}): number => {
    const text = JSON.stringify({ seq: ++seq, type: "request", command: name, arguments: args });
    socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return seq;
  };
  const answer = (to: number): Promise<Message> => eventually(`an answer to request ${to}`, async () => messages.find((message) => message.type === "response" && message.request_seq === to));
  const event = (name: string): Promise<Message> => eventually(`the event ${name}`, async () => messages.find((message) => message.event === name));
  await answer(tell("initialize", { adapterID: "test" }));
  tell("attach", { justMyCode: false });
  await event("initialized");
  let threadId: unknown;
  return {
    stopAt: async (path, line) => {
      await answer(tell("setBreakpoints", { source: { path }, breakpoints: [{ line }] }));
      await answer(tell("configurationDone"));
      threadId = (await event("stopped")).body?.["threadId"];
      const { body } = await answer(tell("stackTrace", { threadId }));
      const [frame] = (body?.["stackFrames"] ?? []) as readonly { readonly id: number }[];
      return { evaluate: async (expression) => String((await answer(tell("evaluate", { expression, frameId: frame?.id }))).body?.["result"]) };
    },
    goOn: async () => void (await answer(tell("continue", { threadId }))),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}

async function connected(port: number): Promise<Socket | undefined> {
  const socket = connect(port, "127.0.0.1");
  return once(socket, "connect").then(() => socket, () => undefined);
}

function readMessages(socket: Socket, take: (message: Message) => void): void {
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(pending.toString("latin1"));
      const end = (head?.[0].length ?? 0) + Number(head?.[1]);
      if (!head || pending.length < end) return;
      take(JSON.parse(pending.subarray(head[0].length, end).toString()) as Message);
      pending = pending.subarray(end);
    }
  });
}
