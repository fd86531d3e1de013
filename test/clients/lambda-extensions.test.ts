// An extension as tools deploy it: in a layer, beside a function, seen through CloudWatch Logs.
import { CreateFunctionCommand, DeleteFunctionCommand, InvokeCommand, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { extensionProgram, extensionPython } from "../extension-programs.ts";
import { eventually, ROLE, startCloud, zipOf } from "./harness.ts";

test.skipIf(extensionPython === undefined)("an extension in a layer starts with the function, hears of invocations, and of the end when the function goes (skipped without python3 in /usr)", async () => {
  await using cloud = await startCloud();
  const layer = zipSync({ "extensions/watcher": [strToU8(extensionProgram()), { os: 3, attrs: 0o100755 << 16 }] });
  const { LayerVersionArn = "" } = await cloud.lambda.send(new PublishLayerVersionCommand({ LayerName: "watcher", Content: { ZipFile: layer } }));
  const FunctionName = "watched";
  await cloud.lambda.send(new CreateFunctionCommand({
    FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Layers: [LayerVersionArn], Code: { ZipFile: zipOf({ "index.mjs": "export const handler = async () => 'seen'" }) },
  }));
  const lines = async (): Promise<string> => {
    const { events = [] } = await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}` })).catch(() => ({ events: [] }));
    return events.map(({ message = "" }) => message).join("");
  };
  const { Payload, $metadata, LogResult } = await cloud.lambda.send(new InvokeCommand({ FunctionName, LogType: "Tail" }));
  expect(Buffer.from(Payload ?? []).toString()).toBe('"seen"');
  const tail = Buffer.from(LogResult ?? "", "base64").toString();
  expect(tail).toContain(`"eventType":"INVOKE"`);
  expect(tail).toContain(`REPORT RequestId: ${$metadata.requestId}`);
  expect(await eventually("the extension's line", async () => ((await lines()).includes("EXTENSION\t") ? lines() : undefined))).toContain("EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n");
  await cloud.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  await eventually("the end of the extension", async () => ((await lines()).includes('"shutdownReason":"spindown"') ? true : undefined));
});
