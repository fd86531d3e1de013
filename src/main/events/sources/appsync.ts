// AppSync: resolvers and authorizers of GraphQL APIs.
import { hex, upperId, uuid, type Facts, type SampleEvents } from "../facts.ts";

export const appsync: SampleEvents = {
  resolver: { what: "a field is resolved for a user of Cognito", make: (facts) => resolver(cognito(facts)) },
  "resolver-iam": { what: "a field is resolved for a signed request", make: (facts) => resolver(iam(facts)) },
  "resolver-key": { what: "a field is resolved for an API key", make: () => resolver(null) },
  batch: { what: "a field of several parents is resolved at once", make: (facts) => [resolver(cognito(facts)), resolver(cognito(facts))] },
  authorizer: {
    what: "may this token query?",
    make: (facts) => ({
      authorizationToken: "letmein",
      requestContext: { apiId: hex(26), accountId: facts.account, requestId: facts.requestId, queryString: "query Order($id: ID!) { order(id: $id) { item } }", operationName: "Order", variables: { id: "42" } },
      requestHeaders: { host: "api.example.com" },
    }),
  },
};

const resolver = (identity: object | null): object => ({
  arguments: { id: "42" },
  identity,
  source: null,
  request: { headers: { host: "api.example.com", "x-forwarded-for": "203.0.113.57", "user-agent": "curl/8.14.1" }, domainName: null },
  prev: null,
  info: { selectionSetList: ["id", "item"], selectionSetGraphQL: "{\n  id\n  item\n}", parentTypeName: "Query", fieldName: "order", variables: {} },
  stash: {},
});

function cognito({ region, now }: Facts): object {
  const sub = uuid();
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${region}_${upperId(9)}`;
  const seconds = Math.floor(now / 1000);
  return {
    sub, issuer, username: "ana", groups: ["buyers"], sourceIp: ["203.0.113.57"], defaultAuthStrategy: "ALLOW",
    claims: { sub, aud: hex(26), event_id: uuid(), token_use: "id", auth_time: seconds - 60, iss: issuer, "cognito:username": "ana", exp: seconds + 3600, iat: seconds - 60 },
  };
}

const iam = ({ account, region }: Facts): object => ({
  accountId: account, cognitoIdentityPoolId: `${region}:${uuid()}`, cognitoIdentityId: `${region}:${uuid()}`, cognitoIdentityAuthType: "authenticated", cognitoIdentityAuthProvider: `"cognito-idp.${region}.amazonaws.com"`, sourceIp: ["203.0.113.57"],
  username: `AIDA${upperId(16)}:session`, userArn: `arn:aws:sts::${account}:assumed-role/buyer/session`,
});
