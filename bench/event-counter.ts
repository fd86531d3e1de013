// Counts which events a function has seen, outside of the server that may be killed: each instance writes numbers to a socket and what is written arrives, whoever dies.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { CreateFunctionCommand, DeleteFunctionConcurrencyCommand, InvokeCommand, type LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

export interface EventCounter extends AsyncDisposable {
  /** How often each number came. */
  readonly seen: ReadonlyMap<number, number>;
  readonly total: number;
  /** A function of this name whose events go nowhere until `open`; keeps its one instance busy meanwhile. */
  makeClosed(lambda: LambdaClient, name: string): Promise<void>;
  open(lambda: LambdaClient, name: string): Promise<void>;
}

/** The whole work of the function: its number into an open socket. `wait` holds the instance until the counter says go. */
const code = (port: number): string => `
  import { connect } from "node:net";
  import { once } from "node:events";
  const socket = connect(${port}, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  export const handler = async (event) => {
    if (event.wait) { socket.write("wait\\n"); await once(socket, "data"); }
    else await new Promise((written) => socket.write(event.n + "\\n", written));
  };`;

export async function startEventCounter(): Promise<EventCounter> {
  const seen = new Map<number, number>();
  const sockets = new Set<Socket>();
  const waiting = Promise.withResolvers<Socket>();
  let total = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    createInterface({ input: socket }).on("line", (line) => {
      if (line === "wait") return waiting.resolve(socket);
      total++;
      seen.set(Number(line), (seen.get(Number(line)) ?? 0) + 1);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    get total() {
      return total;
    },
    makeClosed: async (lambda, FunctionName) => {
      const ZipFile = zipSync({ "index.mjs": strToU8(code(port)) });
      await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Timeout: 900, MemorySize: 256, Code: { ZipFile } }));
      await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
      // Its end is nobody's business: the server may be killed meanwhile.
      lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{"wait":true}') })).catch(() => undefined);
      await waiting.promise;
    },
    open: async (lambda, FunctionName) => {
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      (await waiting.promise).write("go");
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
