// Calls over connections that stay open, with as little work on the client's side as there can be: the client shares the machine with what is measured.
import { Agent, request, type OutgoingHttpHeaders } from "node:http";

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
      const { statusCode, answer } = await new Promise<{ readonly statusCode: number; readonly answer: Buffer }>((resolve, reject) => {
        const sent = request({ agent, host: hostname, port, path, method, headers: { host, authorization: AUTHORIZATION, "content-length": Buffer.byteLength(body), ...headers } }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject).on("end", () => resolve({ statusCode: response.statusCode ?? 0, answer: Buffer.concat(chunks) }));
        });
        sent.on("error", reject).end(body);
      });
      if (statusCode < 200 || statusCode > 299) throw new Error(`${path} answered ${statusCode}: ${answer.toString().slice(0, 300)}`);
      return answer;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** A service whose operations are JSON documents. */
export interface JsonService {
  readonly signingName: string;
  readonly targetPrefix: string;
  readonly version: "1.0" | "1.1";
}

export const DYNAMODB: JsonService = { signingName: "dynamodb", targetPrefix: "DynamoDB_20120810", version: "1.0" };
export const KINESIS: JsonService = { signingName: "kinesis", targetPrefix: "Kinesis_20131202", version: "1.1" };
export const SQS: JsonService = { signingName: "sqs", targetPrefix: "AmazonSQS", version: "1.0" };

export interface Operations extends Disposable {
  /** The answer's document; rejects with what a refusal says. */
  call(operation: string, input: object): Promise<Buffer>;
  /** The same with an input that was written before. */
  send(operation: string, document: string): Promise<Buffer>;
}

/** A service's operations by hand: the official client would take more of the machine than the servers. */
export function openOperations(endpoint: string, { signingName, targetPrefix, version }: JsonService, connections: number): Operations {
  const calls = openCalls(endpoint, connections);
  const headers = { "content-type": `application/x-amz-json-${version}`, "x-amz-date": "20260101T000000Z", authorization: AUTHORIZATION.replace("lambda", signingName) };
  const send = (operation: string, document: string): Promise<Buffer> => calls.send("POST", "/", document, { ...headers, "x-amz-target": `${targetPrefix}.${operation}` });
  return { send, call: (operation, input) => send(operation, JSON.stringify(input)), [Symbol.dispose]: () => calls[Symbol.dispose]() };
}

export const invocations = (name: string): string => `/2015-03-31/functions/${name}/invocations`;
