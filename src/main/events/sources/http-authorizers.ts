// What API Gateway asks authorizer functions.
import { arn, logTime, type Facts, type SampleEvents } from "../facts.ts";
import { client, clientCert, headers, listed, newApi, order, rawQuery, writtenHeaders } from "../http-request.ts";

export const authorizers: SampleEvents = {
  "authorizer-token": { what: "may this token call a REST API?", make: (facts) => ({ type: "TOKEN", authorizationToken: "Bearer letmein", methodArn: method(facts, newApi(facts).apiId) }) },
  "authorizer-request": {
    what: "may this request call a REST API?",
    make: (facts) => {
      const { apiId, domainName } = newApi(facts);
      const shown = { ...writtenHeaders(facts, domainName), Authorization: "Bearer letmein" };
      return { type: "REQUEST", methodArn: method(facts, apiId), ...request(facts, apiId), headers: shown, multiValueHeaders: listed(shown), multiValueQueryStringParameters: listed(order.query) };
    },
  },
  "v2-authorizer-v1": {
    what: "may this request call an HTTP API? (format 1.0)",
    make: (facts) => {
      const { apiId, domainName } = newApi(facts);
      return { version: "1.0", type: "REQUEST", methodArn: method(facts, apiId), identitySource: "Bearer letmein", authorizationToken: "Bearer letmein", ...request(facts, apiId), headers: { ...headers(facts, domainName), authorization: "Bearer letmein" } };
    },
  },
  "v2-authorizer-v2": {
    what: "may this request call an HTTP API? (format 2.0)",
    make: (facts) => {
      const api = newApi(facts);
      const routeKey = "POST /orders/{id}";
      return {
        version: "2.0", type: "REQUEST", routeArn: method(facts, api.apiId), identitySource: ["Bearer letmein"], routeKey, rawPath: order.path, rawQueryString: rawQuery, cookies: ["session=abc"],
        headers: { ...headers(facts, api.domainName), authorization: "Bearer letmein" }, queryStringParameters: order.query,
        requestContext: {
          accountId: facts.account, ...api, authentication: { clientCert }, http: { method: "POST", path: order.path, protocol: "HTTP/1.1", sourceIp: client.ip, userAgent: client.agent }, requestId: facts.requestId, routeKey, stage: "$default",
          time: logTime(facts.now), timeEpoch: facts.now,
        },
        pathParameters: { id: "42" }, stageVariables: { table: "Orders" },
      };
    },
  },
};

const method = (facts: Facts, apiId: string): string => arn(facts, "execute-api", `${apiId}/prod/POST/orders/42`);

const request = (facts: Facts, apiId: string): object => ({
  resource: "/orders/{id}",
  path: order.path,
  httpMethod: "POST",
  queryStringParameters: order.query,
  pathParameters: { id: "42" },
  stageVariables: { table: "Orders" },
  requestContext: {
    path: `/prod${order.path}`, accountId: facts.account, resourceId: "a1b2c3", stage: "prod", requestId: facts.requestId, identity: { apiKey: null, sourceIp: client.ip, userAgent: client.agent, clientCert }, resourcePath: "/orders/{id}",
    httpMethod: "POST", apiId, domainName: `${apiId}.execute-api.${facts.region}.amazonaws.com`, requestTime: logTime(facts.now), requestTimeEpoch: facts.now, protocol: "HTTP/1.1",
  },
});
