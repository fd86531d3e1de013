// `fugaz list`: the functions of one account and region.
import { Command } from "commander";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";
import { table } from "./table.ts";

export const listCommand = (): Command =>
  new Command("list")
    .description("List the functions: name, runtime, memory, timeout, size, last change")
    .addOption(endpointOption())
    .option("--json", "print a JSON array instead of a table")
    .action(async (options: Endpoint & { readonly json?: true }) => {
      const { LambdaClient, paginateListFunctions } = await import("@aws-sdk/client-lambda");
      const client = new LambdaClient(clientSettings(options));
      const functions = [];
      for await (const page of paginateListFunctions({ client }, {})) functions.push(...(page.Functions ?? []));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(functions, null, 2)}\n`);
        return;
      }
      if (functions.length === 0) {
        process.stdout.write("No functions yet. Create one with `aws lambda create-function`; the README shows how in five lines.\n");
        return;
      }
      const rows = functions.map((f) => [f.FunctionName ?? "", f.Runtime ?? (f.PackageType === "Image" ? "image" : ""), `${f.MemorySize} MB`, `${f.Timeout} s`, `${f.CodeSize} B`, f.LastModified ?? ""]);
      process.stdout.write(table(["NAME", "RUNTIME", "MEMORY", "TIMEOUT", "CODE", "LAST MODIFIED"], rows));
    });
