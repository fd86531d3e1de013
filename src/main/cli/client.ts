// Where the client commands find their Fugaz and how they talk to it: by the same SDK as everybody else.
import { InvalidArgumentError, Option } from "commander";

export interface Endpoint {
  readonly endpoint: string;
}

export const endpointOption = (): Option =>
  new Option("--endpoint <url>", "address of the Fugaz to talk to").env("AWS_ENDPOINT_URL").default("http://127.0.0.1:4566").argParser(parseEndpoint);

function parseEndpoint(text: string): string {
  if (!/^https?:/.test(URL.parse(text)?.protocol ?? "")) throw new InvalidArgumentError("Give an address such as http://127.0.0.1:4566.");
  return text;
}

/** SDK client settings: this endpoint; the caller's credentials and region when set, else the developer's. */
export function clientSettings({ endpoint }: Endpoint) {
  const { AWS_ACCESS_KEY_ID = "fugaz", AWS_SECRET_ACCESS_KEY = "fugaz", AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  return {
    endpoint,
    region: AWS_REGION ?? AWS_DEFAULT_REGION ?? "us-east-1",
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: process.env["AWS_SESSION_TOKEN"] },
    maxAttempts: 1,
  };
}
