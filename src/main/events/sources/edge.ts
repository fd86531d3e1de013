// CloudFront and VPC Lattice and Client VPN: requests on their way through networks.
import { arn, hex, upperId, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";
import { client, order, rawQuery } from "../http-request.ts";

export const cloudfront: SampleEvents = {
  "viewer-request": edge("a viewer's request has come in", "viewer-request"),
  "origin-request": edge("a request goes to the origin", "origin-request"),
  "origin-response": edge("the origin has answered", "origin-response"),
  "viewer-response": edge("an answer goes to the viewer", "viewer-response"),
};

/** CloudFront's headers: by name in lower case, with the name as it was written. */
const pairs = (values: Readonly<Record<string, string>>): object => Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]));

function edge(what: string, eventType: string): SampleEvent {
  const origin = { custom: { customHeaders: {}, domainName: "shop.example.com", keepaliveTimeout: 5, path: "", port: 443, protocol: "https", readTimeout: 30, sslProtocols: ["TLSv1.2"] } };
  return {
    what,
    make: () => ({
      Records: [
        {
          cf: {
            config: { distributionDomainName: "d111111abcdef8.cloudfront.net", distributionId: `E${upperId(13)}`, eventType, requestId: `${hex(54)}==` },
            request: {
              clientIp: client.ip, headers: pairs({ Host: "shop.example.com", "User-Agent": client.agent, Accept: "*/*" }), method: "GET", querystring: rawQuery, uri: "/index.html", ...(eventType.startsWith("origin") ? { origin } : {}),
            },
            ...(eventType.endsWith("response") ? { response: { headers: pairs({ "Content-Type": "text/html", Server: "shop" }), status: "200", statusDescription: "OK" } } : {}),
          },
        },
      ],
    }),
  };
}

export const lattice: SampleEvents = {
  v2: {
    what: "a request through VPC Lattice (version 2.0)",
    make: (facts) => ({
      version: "2.0", path: order.path, method: "POST", headers: { accept: ["*/*"], "user-agent": [client.agent] }, queryStringParameters: { notify: ["yes"] }, body: order.body, isBase64Encoded: false,
      requestContext: {
        serviceNetworkArn: arn(facts, "vpc-lattice", `servicenetwork/sn-${hex(17)}`), serviceArn: arn(facts, "vpc-lattice", `service/svc-${hex(17)}`), targetGroupArn: arn(facts, "vpc-lattice", `targetgroup/tg-${hex(17)}`), region: facts.region,
        identity: { sourceVpcArn: arn(facts, "ec2", `vpc/vpc-${hex(8)}`), type: "AWS_IAM", principal: `arn:aws:iam::${facts.account}:role/shop` }, timeEpoch: String(facts.now * 1000),
      },
    }),
  },
  v1: {
    what: "a request through VPC Lattice (version 1.0)",
    make: () => ({ raw_path: order.path, method: "POST", headers: { accept: "*/*", "user-agent": client.agent }, query_string_parameters: order.query, body: order.body, is_base64_encoded: false }),
  },
};

export const clientVpn: SampleEvents = {
  connect: {
    what: "may this client join the VPN?",
    make: (_facts: Facts) => ({
      "connection-id": `cvpn-connection-${hex(17)}`, "endpoint-id": `cvpn-endpoint-${hex(17)}`, "common-name": "ana.example.com", username: "ana", platform: "linux", "platform-version": "6.1", "public-ip": client.ip, "client-openvpn-version": "2.6.3", "schema-version": "v2",
    }),
  },
};
