// The function that most benchmarks call, and where it answers without a signature.
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, LambdaClient, type InvokeMode } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

const HELLO = "export const handler = async () => 'hello';";

/** Deploys a function of 256 MB and gives it a URL, which is returned. */
export async function serveByUrl(lambda: LambdaClient, FunctionName: string, text = HELLO, InvokeMode: InvokeMode = "BUFFERED"): Promise<string> {
  const ZipFile = zipSync({ "index.mjs": strToU8(text) });
  await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile }, MemorySize: 256 }));
  const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", InvokeMode }));
  await lambda.send(new AddPermissionCommand({ FunctionName, StatementId: "public", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" }));
  return FunctionUrl;
}
