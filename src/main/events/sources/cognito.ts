// Cognito: every trigger of a user pool, and the sync trigger of identity pools.
import { base64, hex, upperId, uuid, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

const sub = uuid;
const ana = (): Readonly<Record<string, string>> => ({ sub: sub(), email: "ana@example.com", email_verified: "true", "cognito:user_status": "CONFIRMED" });
const clientMetadata = { from: "app" };
const groups = { groupsToOverride: ["buyers"], iamRolesToOverride: ["arn:aws:iam::000000000000:role/buyer"], preferredRole: "arn:aws:iam::000000000000:role/buyer" };
const migrated = { userAttributes: null, forceAliasCreation: null, enableSMSMFA: false, finalUserStatus: null, messageAction: null, desiredDeliveryMediums: null };
const challenge = { challengeName: "CUSTOM_CHALLENGE", challengeResult: true, challengeMetadata: "CAPTCHA" };

export const cognito: SampleEvents = {
  "pre-signup": trigger("somebody signs up", "PreSignUp_SignUp", () => ({ userAttributes: unconfirmed(), validationData: null, clientMetadata }), { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false }),
  "pre-signup-admin": trigger("an administrator makes a user", "PreSignUp_AdminCreateUser", () => ({ userAttributes: unconfirmed(), validationData: null, clientMetadata }), { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false }),
  "post-confirmation": trigger("a user has confirmed", "PostConfirmation_ConfirmSignUp", () => ({ userAttributes: ana(), clientMetadata }), {}),
  "post-confirmation-password": trigger("a user has confirmed a new password", "PostConfirmation_ConfirmForgotPassword", () => ({ userAttributes: ana(), clientMetadata }), {}),
  "pre-authentication": trigger("somebody logs in", "PreAuthentication_Authentication", () => ({ userAttributes: ana(), validationData: { device: "phone" }, userNotFound: false }), {}),
  "post-authentication": trigger("a user has logged in", "PostAuthentication_Authentication", () => ({ userAttributes: ana(), newDeviceUsed: false, clientMetadata }), {}),
  "custom-message": trigger("a message to a user is written", "CustomMessage_SignUp", () => ({ userAttributes: unconfirmed(), codeParameter: "{####}", linkParameter: "{##Click Here##}", usernameParameter: null, clientMetadata }), { smsMessage: null, emailMessage: null, emailSubject: null }),
  "token-generation": trigger("a token is made", "TokenGeneration_Authentication", () => ({ userAttributes: ana(), groupConfiguration: groups, clientMetadata }), { claimsOverrideDetails: null }),
  "token-generation-v2": trigger("a token is made (version 2: access tokens too)", "TokenGeneration_Authentication", () => ({ userAttributes: ana(), groupConfiguration: groups, scopes: ["aws.cognito.signin.user.admin"], clientMetadata }), { claimsAndScopeOverrideDetails: null }, "2"),
  "token-generation-v3": trigger("a token is made (version 3: for machines too)", "TokenGeneration_ClientCredentials", () => ({ userAttributes: {}, groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null }, scopes: ["orders/read"] }), { claimsAndScopeOverrideDetails: null }, "3"),
  "define-challenge": trigger("which challenge comes next?", "DefineAuthChallenge_Authentication", () => ({ userAttributes: ana(), session: [challenge], clientMetadata, userNotFound: false }), { challengeName: null, issueTokens: null, failAuthentication: null }),
  "create-challenge": trigger("a challenge is made", "CreateAuthChallenge_Authentication", () => ({ userAttributes: ana(), challengeName: "CUSTOM_CHALLENGE", session: [challenge], clientMetadata, userNotFound: false }), { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null }),
  "verify-challenge": trigger("is the answer to a challenge right?", "VerifyAuthChallengeResponse_Authentication", () => ({ userAttributes: ana(), privateChallengeParameters: { answer: "7" }, challengeAnswer: "7", clientMetadata, userNotFound: false }), { answerCorrect: false }),
  "migrate-user": trigger("an unknown user logs in, perhaps one of the old pool", "UserMigration_Authentication", () => ({ password: "letmein", validationData: { device: "phone" }, clientMetadata, userAttributes: null }), migrated),
  "migrate-user-password": trigger("an unknown user has forgotten the password", "UserMigration_ForgotPassword", () => ({ password: null, validationData: null, clientMetadata, userAttributes: null }), migrated),
  "email-sender": trigger("an encrypted code is to be sent by mail", "CustomEmailSender_SignUp", () => ({ type: "customEmailSenderRequestV1", code: base64(hex(64)), clientMetadata, userAttributes: unconfirmed() }), {}),
  "sms-sender": trigger("an encrypted code is to be sent by SMS", "CustomSMSSender_SignUp", () => ({ type: "customSMSSenderRequestV1", code: base64(hex(64)), clientMetadata, userAttributes: { ...unconfirmed(), phone_number: "+4930123456" } }), {}),
  "federation-oidc": trigger("a user of an OpenID provider logs in", "InboundFederation_ExternalProvider", () => ({
    providerName: "Example", providerType: "OIDC",
    attributes: { tokenResponse: { access_token: hex(32), token_type: "Bearer", expires_in: "3600" }, idToken: { sub: sub(), email: "ana@example.com", email_verified: "true" }, userInfo: { email: "ana@example.com", given_name: "Ana", family_name: "Diaz" } },
  }), { userAttributesToMap: { email: "ana@example.com", given_name: "Ana", family_name: "Diaz" } }),
  "federation-saml": trigger("a user of a SAML provider logs in", "InboundFederation_ExternalProvider", () => ({
    providerName: "Example", providerType: "SAML",
    attributes: { samlResponse: Object.fromEntries(Object.entries({ emailaddress: "ana@example.com", givenname: "Ana", surname: "Diaz" }).map(([claim, value]) => [`http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${claim}`, value])) },
  }), { userAttributesToMap: { email: "ana@example.com", given_name: "Ana", family_name: "Diaz" } }),
  sync: {
    what: "an identity pool's data set is synchronised",
    make: ({ region }) => ({
      version: 2, eventType: "SyncTrigger", region, identityPoolId: `${region}:${uuid()}`, identityId: `${region}:${uuid()}`, datasetName: "settings",
      datasetRecords: { theme: { oldValue: "light", newValue: "dark", op: "replace" }, draft: { oldValue: "…", newValue: "", op: "remove" } },
    }),
  },
};

function unconfirmed(): Readonly<Record<string, string>> {
  return { sub: sub(), email: "ana@example.com", email_verified: "false", "cognito:user_status": "UNCONFIRMED" };
}

function trigger(what: string, triggerSource: string, request: (facts: Facts) => object, response: object, version = "1"): SampleEvent {
  return {
    what,
    make: (facts) => ({
      version, triggerSource, region: facts.region, userPoolId: `${facts.region}_${upperId(9)}`, userName: "ana", callerContext: { awsSdkVersion: "aws-sdk-js-3.900.0", clientId: hex(26) }, request: request(facts), response,
    }),
  };
}
