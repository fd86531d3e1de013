// Functions that anybody may call over HTTP, and what their tests need besides.
import { createServer } from "node:http";
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, type CreateFunctionUrlConfigCommandInput } from "@aws-sdk/client-lambda";
import { ROLE, zipOf, type TestCloud } from "./harness.ts";

export const make = ({ lambda }: TestCloud, FunctionName: string, code: string, more: object = {}) =>
  lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": code }) }, MemorySize: 256, Timeout: 10, ...more }));

export const permit = ({ lambda }: TestCloud, FunctionName: string, FunctionUrlAuthType: "NONE" | "AWS_IAM" = "NONE", StatementId = "public") =>
  lambda.send(new AddPermissionCommand({ FunctionName, StatementId, Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType }));

/** A function with a URL that anybody may call; answers the URL without its final slash. */
export async function serve(cloud: TestCloud, name: string, code: string, config: Partial<CreateFunctionUrlConfigCommandInput> = {}): Promise<string> {
  await make(cloud, name, code);
  const { FunctionUrl = "" } = await cloud.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: "NONE", ...config }));
  await permit(cloud, name);
  return FunctionUrl.replace(/\/$/, "");
}

/** A server on this machine that a function can ask, and that answers when the test says so. */
export async function gate() {
  const open = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    asked.resolve();
    void open.promise.then(() => response.end("go"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  return { url, query: `?url=${url}`, open: open.resolve, asked: asked.promise, [Symbol.dispose]: () => server.closeAllConnections() };
}
