// The HTTP request behind the events of API Gateway, function URLs and load balancers: the same everywhere, so that events can be compared.
import { hex, traceHeader, type Facts } from "./facts.ts";

export const client = { ip: "203.0.113.57", agent: "curl/8.14.1" } as const;

export const order = { path: "/orders/42", body: JSON.stringify({ item: "teapot", count: 1 }), query: { notify: "yes", tag: "new" } } as const;
export const rawQuery = new URLSearchParams(order.query).toString();

/** As a proxy hands them on, names in lower case. */
export const headers = ({ now }: Facts, host: string): Readonly<Record<string, string>> => ({
  accept: "application/json",
  "content-length": String(order.body.length),
  "content-type": "application/json",
  host,
  "user-agent": client.agent,
  "x-amzn-trace-id": traceHeader(now),
  "x-forwarded-for": client.ip,
  "x-forwarded-port": "443",
  "x-forwarded-proto": "https",
});

/** Names as people write them, for the doors that keep the case. */
export const writtenHeaders = (facts: Facts, host: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers(facts, host)).map(([name, value]) => [name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("-"), value]));

export const listed = (values: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

/** Of a client that shows a certificate. */
export const clientCert = {
  clientCertPem: "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----",
  subjectDN: "CN=client.example.com",
  issuerDN: "CN=Example CA",
  serialNumber: "7a:01:5c:e2",
  validity: { notBefore: "Jan  1 00:00:00 2026 GMT", notAfter: "Jan  1 00:00:00 2028 GMT" },
} as const;

/** An API of API Gateway, by a new id. */
export function newApi({ region }: Facts): { readonly apiId: string; readonly domainName: string; readonly domainPrefix: string } {
  const apiId = hex(10);
  return { apiId, domainName: `${apiId}.execute-api.${region}.amazonaws.com`, domainPrefix: apiId };
}
