// HTTP requests by API Gateway (REST and HTTP APIs), function URLs and load balancers.
import { arn, hex, logTime, upperId, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";
import { client, clientCert, headers, listed, newApi, order, rawQuery, writtenHeaders } from "../http-request.ts";
import { authorizers } from "./http-authorizers.ts";
import { websocket } from "./websocket.ts";

export const apigw: SampleEvents = {
  v2: http("a request to an HTTP API"),
  v1: { what: "a request to a REST API", make: rest },
  "v2-jwt": http("a request with a checked JWT", (facts) => ({ jwt: { claims: { sub: hex(16), iss: "https://login.example.com/", exp: String(Math.floor(facts.now / 1000) + 3600) }, scopes: ["orders:read", "orders:write"] } })),
  "v2-iam": http("a signed request", ({ account }) => iam(account)),
  "v2-lambda": http("a request that an authorizer function let through", () => ({ lambda: { tenant: "berlin" } })),
  ...authorizers,
  ...websocket,
};

export const functionUrl: SampleEvents = {
  request: { what: "a request to a function URL", make: (facts) => url(facts) },
  iam: { what: "a signed request to a function URL", make: (facts) => url(facts, iam(facts.account)) },
};

export const alb: SampleEvents = {
  request: { what: "a request through a load balancer", make: (facts) => ({ ...balanced(facts), queryStringParameters: order.query, headers: headers(facts, "shop.example.com") }) },
  "multi-value": { what: "the same with multi-value headers switched on", make: (facts) => ({ ...balanced(facts), multiValueQueryStringParameters: listed(order.query), multiValueHeaders: listed(headers(facts, "shop.example.com")) }) },
  health: { what: "a health check of a target group", make: (facts) => ({ ...balanced(facts), httpMethod: "GET", path: "/", queryStringParameters: {}, headers: { "user-agent": "ELB-HealthChecker/2.0" }, body: "" }) },
};

const iam = (account: string): object => {
  const callerId = `AIDA${upperId(16)}`;
  return { iam: { accessKey: `AKIA${upperId(16)}`, accountId: account, callerId, cognitoIdentity: null, principalOrgId: null, userArn: `arn:aws:iam::${account}:user/ana`, userId: callerId } };
};

/** The part that HTTP APIs and function URLs share. */
function payloadV2(facts: Facts, place: { readonly apiId: string; readonly domainName: string; readonly domainPrefix: string }, routeKey: string, more: object): object {
  return {
    version: "2.0",
    routeKey,
    rawPath: order.path,
    rawQueryString: rawQuery,
    cookies: ["session=abc", "theme=dark"],
    headers: headers(facts, place.domainName),
    queryStringParameters: order.query,
    requestContext: {
      accountId: facts.account, ...place, ...more,
      http: { method: "POST", path: order.path, protocol: "HTTP/1.1", sourceIp: client.ip, userAgent: client.agent },
      requestId: facts.requestId, routeKey, stage: "$default", time: logTime(facts.now), timeEpoch: facts.now,
    },
    body: order.body,
    isBase64Encoded: false,
  };
}

function http(what: string, authorizer?: (facts: Facts) => object): SampleEvent {
  return {
    what,
    make: (facts) => ({
      ...payloadV2(facts, newApi(facts), "POST /orders/{id}", { authentication: { clientCert }, ...(authorizer ? { authorizer: authorizer(facts) } : {}) }),
      pathParameters: { id: "42" },
      stageVariables: { table: "Orders" },
    }),
  };
}

function url(facts: Facts, authorizer?: object): object {
  const urlId = upperId(32).toLowerCase();
  return payloadV2(facts, { apiId: urlId, domainName: `${urlId}.lambda-url.${facts.region}.on.aws`, domainPrefix: urlId }, "$default", { accountId: authorizer ? facts.account : "anonymous", ...(authorizer ? { authorizer } : {}) });
}

const balanced = (facts: Facts): object => ({
  requestContext: { elb: { targetGroupArn: arn(facts, "elasticloadbalancing", `targetgroup/shop/${hex(16)}`) } },
  httpMethod: "POST",
  path: order.path,
  body: order.body,
  isBase64Encoded: false,
});

function rest(facts: Facts): object {
  const { apiId, domainName, domainPrefix } = newApi(facts);
  const shown = writtenHeaders(facts, domainName);
  return {
    resource: "/orders/{id}",
    path: order.path,
    httpMethod: "POST",
    headers: shown,
    multiValueHeaders: listed(shown),
    queryStringParameters: order.query,
    multiValueQueryStringParameters: listed(order.query),
    pathParameters: { id: "42" },
    stageVariables: { table: "Orders" },
    requestContext: {
      resourceId: hex(6), resourcePath: "/orders/{id}", operationName: "PutOrder", httpMethod: "POST", extendedRequestId: `${hex(15)}=`, requestTime: logTime(facts.now), path: `/prod${order.path}`, accountId: facts.account, protocol: "HTTP/1.1", stage: "prod",
      domainPrefix, requestTimeEpoch: facts.now, requestId: facts.requestId, identity: { ...nobody, sourceIp: client.ip, userAgent: client.agent, clientCert }, authorizer: { principalId: "ana", tenant: "berlin", integrationLatency: 12 }, domainName, deploymentId: hex(6), apiId,
    },
    body: order.body,
    isBase64Encoded: false,
  };
}

/** What API Gateway says of a caller it does not know. */
const nobody = {
  cognitoIdentityPoolId: null, accountId: null, cognitoIdentityId: null, caller: null, apiKey: null, apiKeyId: null, accessKey: null, cognitoAuthenticationType: null, cognitoAuthenticationProvider: null,
  userArn: null, user: null, principalOrgId: null,
} as const;
