// `fugaz env`: the shell exports that point AWS tools at a Fugaz.
import { Command } from "commander";
import { clientSettings, endpointOption, type Endpoint } from "./client.ts";

export const envCommand = (): Command =>
  new Command("env")
    .description('Print the shell exports that point AWS tools at Fugaz: eval "$(fugaz env)"')
    .addOption(endpointOption())
    .option("--json", "print them as one JSON object")
    .action((options: Endpoint & { readonly json?: true }) => {
      const { endpoint, region, credentials } = clientSettings(options);
      const variables = {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      };
      if (options.json) process.stdout.write(`${JSON.stringify(variables, null, 2)}\n`);
      else for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${shellQuote(value)}\n`);
    });

const shellQuote = (value: string): string => (/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`);
