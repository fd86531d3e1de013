// IoT: rules, buttons, authorizers and provisioning.
import { arn, base64, hex, iso, uuid, type SampleEvents } from "../facts.ts";

export const iot: SampleEvents = {
  rule: { what: "a rule's output, which is what its SQL says", make: ({ now }) => ({ device: "kettle-1", temperature: 96.5, timestamp: now }) },
  button: { what: "an IoT button was pressed", make: () => ({ serialNumber: "G030FUGAZ0000001", clickType: "SINGLE", batteryVoltage: "2000 mV" }) },
  "one-click": {
    what: "a device of IoT 1-Click was pressed",
    make: ({ now }) => ({
      deviceEvent: { buttonClicked: { clickType: "SINGLE", reportedTime: iso(now) } }, deviceInfo: { attributes: { room: "kitchen" }, type: "button", deviceId: "G030FUGAZ0000001", remainingLife: 99.7 },
      placementInfo: { projectName: "tea", placementName: "kitchen", attributes: { location: "berlin", equipment: "kettle" }, devices: { bell: "G030FUGAZ0000001" } },
    }),
  },
  authorizer: {
    what: "may this device connect?",
    make: () => ({
      token: "letmein", signatureVerified: true, protocols: ["tls", "http", "mqtt"],
      protocolData: { tls: { serverName: "iot.example.com" }, http: { headers: { "X-Request-ID": uuid() }, queryString: "?token=letmein" }, mqtt: { username: "kettle-1", password: base64("secret"), clientId: "kettle-1" } }, connectionMetadata: { id: uuid() },
    }),
  },
  provision: {
    what: "may this device be provisioned?",
    make: (facts) => ({
      claimCertificateId: hex(64), certificateId: hex(64), certificatePem: "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----", templateArn: arn(facts, "iot", "provisioningtemplate/kettles"), clientId: "kettle-1",
      parameters: { SerialNumber: "K-0001", Location: "berlin" },
    }),
  },
};
