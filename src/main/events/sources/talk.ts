// Alexa, Lex and Connect: people who talk.
import { arn, iso, uuid, type Facts, type SampleEvent, type SampleEvents } from "../facts.ts";

export const alexa: SampleEvents = {
  launch: skill("a skill is opened", () => ({ type: "LaunchRequest" }), true),
  intent: skill("a skill gets an intent", () => ({ type: "IntentRequest", intent: { name: "OrderIntent", confirmationStatus: "NONE", slots: { Item: { name: "Item", value: "teapot", confirmationStatus: "NONE" } } } })),
  end: skill("a session has ended", () => ({ type: "SessionEndedRequest", reason: "USER_INITIATED" })),
  "smart-home-discovery": home("which devices are there?", "Alexa.Discovery", "Discover", (scope) => ({ payload: { scope } })),
  "smart-home-on": home("a device is switched on", "Alexa.PowerController", "TurnOn", (scope) => ({ endpoint: { scope, endpointId: "lamp-1", cookie: {} }, payload: {} })),
  "smart-home-off": home("a device is switched off", "Alexa.PowerController", "TurnOff", (scope) => ({ endpoint: { scope, endpointId: "lamp-1", cookie: {} }, payload: {} })),
};

function skill(what: string, request: (facts: Facts) => object, isNew = false): SampleEvent {
  return {
    what,
    make: (facts) => {
      const application = { applicationId: `amzn1.ask.skill.${uuid()}` };
      const user = { userId: `amzn1.ask.account.${uuid()}` };
      return {
        version: "1.0",
        session: { new: isNew, sessionId: `amzn1.echo-api.session.${uuid()}`, application, attributes: {}, user },
        context: { AudioPlayer: { playerActivity: "IDLE" }, System: { application, user, device: { deviceId: `amzn1.ask.device.${uuid()}`, supportedInterfaces: { AudioPlayer: {} } }, apiEndpoint: "https://api.amazonalexa.com", apiAccessToken: uuid() } },
        request: { requestId: `amzn1.echo-api.request.${facts.requestId}`, timestamp: `${iso(facts.now).slice(0, 19)}Z`, locale: "en-US", ...request(facts) },
      };
    },
  };
}

function home(what: string, namespace: string, name: string, more: (scope: object) => object): SampleEvent {
  const scope = { type: "BearerToken", token: "access-token-from-skill" };
  return { what, make: () => ({ directive: { header: { namespace, name, payloadVersion: "3", messageId: uuid(), ...(name === "Discover" ? {} : { correlationToken: uuid() }) }, ...more(scope) } }) };
}

export const lex: SampleEvents = {
  v2: {
    what: "a bot has understood an intent (V2)",
    make: ({ requestId }) => {
      const intent = { name: "OrderItem", slots: { Item: { shape: "Scalar", value: { originalValue: "teapot", interpretedValue: "teapot", resolvedValues: ["teapot"] } } }, state: "InProgress", confirmationState: "None" };
      return {
        messageVersion: "1.0", invocationSource: "DialogCodeHook", inputMode: "Text", responseContentType: "text/plain; charset=utf-8", sessionId: requestId, inputTranscript: "I want a teapot",
        bot: { id: "SHOPBOT001", name: "Shop", aliasId: "TSTALIASID", aliasName: "TestBotAlias", localeId: "en_US", version: "DRAFT" }, interpretations: [{ intent, nluConfidence: 0.94 }],
        proposedNextState: { dialogAction: { type: "ElicitSlot", slotToElicit: "Count" }, intent }, sessionState: { activeContexts: [], sessionAttributes: { shop: "berlin" }, intent, originatingRequestId: requestId }, requestAttributes: {}, transcriptions: [],
      };
    },
  },
  v1: {
    what: "a bot has understood an intent (V1)",
    make: () => ({
      currentIntent: { name: "OrderItem", slots: { Item: "teapot", Count: null }, slotDetails: { Item: { resolutions: [{ value: "teapot" }], originalValue: "tea pot" }, Count: { resolutions: [], originalValue: null } }, confirmationStatus: "None" },
      bot: { name: "Shop", alias: "prod", version: "3" }, userId: "ana", inputTranscript: "I want a tea pot", invocationSource: "DialogCodeHook", outputDialogMode: "Text", messageVersion: "1.0", sessionAttributes: { shop: "berlin" }, requestAttributes: { channel: "web" },
    }),
  },
};

export const connect: SampleEvents = {
  contact: {
    what: "a contact flow calls",
    make: (facts) => {
      const instance = arn(facts, "connect", `instance/${uuid()}`);
      const contact = uuid();
      return {
        Name: "ContactFlowEvent",
        Details: {
          ContactData: {
            Attributes: { language: "en" }, Channel: "VOICE", ContactId: contact, CustomerEndpoint: { Address: "+4930123456", Type: "TELEPHONE_NUMBER" }, InitialContactId: contact, InitiationMethod: "INBOUND", InstanceARN: instance, PreviousContactId: contact,
            Queue: { Name: "orders", ARN: `${instance}/queue/${uuid()}` }, SystemEndpoint: { Address: "+4930654321", Type: "TELEPHONE_NUMBER" },
          },
          Parameters: { order: "42" },
        },
      };
    },
  },
};
