// API Gateway's WebSocket APIs: the life of one connection.
import { hex, logTime, type Facts, type SampleEvents } from "../facts.ts";
import { client, listed, newApi, writtenHeaders } from "../http-request.ts";

export const websocket: SampleEvents = {
  "websocket-connect": { what: "a WebSocket opens", make: (facts) => ({ ...withHeaders(facts), requestContext: context(facts, "$connect", "CONNECT", {}), isBase64Encoded: false }) },
  "websocket-message": {
    what: "a WebSocket message arrives",
    make: (facts) => ({ requestContext: context(facts, "$default", "MESSAGE", { messageId: `${hex(15)}=` }), body: JSON.stringify({ action: "say", text: "hello" }), isBase64Encoded: false }),
  },
  "websocket-disconnect": {
    what: "a WebSocket closes",
    make: (facts) => ({ ...withHeaders(facts), requestContext: context(facts, "$disconnect", "DISCONNECT", { disconnectStatusCode: 1005, disconnectReason: "Client-side close frame status not set" }), isBase64Encoded: false }),
  },
};

function withHeaders(facts: Facts): object {
  const shown = writtenHeaders(facts, newApi(facts).domainName);
  return { headers: shown, multiValueHeaders: listed(shown) };
}

function context(facts: Facts, routeKey: string, eventType: string, more: object): object {
  const { apiId, domainName } = newApi(facts);
  return {
    routeKey, eventType, ...more, extendedRequestId: `${hex(15)}=`, requestTime: logTime(facts.now), messageDirection: "IN", stage: "prod", connectedAt: facts.now - 5000, requestTimeEpoch: facts.now,
    identity: { userAgent: client.agent, sourceIp: client.ip }, requestId: facts.requestId, domainName, connectionId: `${hex(15)}=`, apiId,
  };
}
