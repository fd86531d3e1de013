// Calls over connections that stay open, with as little work on the client's side as there can be: the client shares the machine with what is measured.
import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";

export interface Calls extends Disposable {
  /** Resolves when the whole answer is there; rejects when its status is none of success. */
  send(method: string, path: string, body?: string, headers?: OutgoingHttpHeaders): Promise<Buffer>;
}

/** As the SDKs sign; nobody verifies it. */
export const AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000";

/** To the server at this URL, over at most so many connections. */
export function openCalls(url: string, connections: number): Calls {
  const { hostname, port, host } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: async (method, path, body = "", headers = {}) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ agent, host: hostname, port, path, method, headers: { host, authorization: AUTHORIZATION, "content-length": Buffer.byteLength(body), ...headers } }, resolve).on("error", reject).end(body);
      });
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const answer = Buffer.concat(chunks);
      const { statusCode = 0 } = response;
      if (statusCode < 200 || statusCode > 299) throw new Error(`${path} answered ${statusCode}: ${answer.toString().slice(0, 300)}`);
      return answer;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

export const invocations = (name: string): string => `/2015-03-31/functions/${name}/invocations`;
