// CloudWatch Logs: a subscription's data, really compressed.
import { gzipSync } from "node:zlib";
import { base64, digits, hex, type SampleEvents } from "../facts.ts";

export const logs: SampleEvents = {
  data: {
    what: "lines of a log group with a subscription",
    make: ({ now, account }) => ({
      awslogs: {
        data: base64(
          gzipSync(
            JSON.stringify({
              messageType: "DATA_MESSAGE", owner: account, logGroup: "/aws/lambda/shop", logStream: `2026/01/01/[$LATEST]${hex(32)}`, subscriptionFilters: ["errors"],
              logEvents: ["ERROR no teapot left", "ERROR no kettle left"].map((message, index) => ({ id: digits(56), timestamp: now + index, message })),
            }),
          ),
        ),
      },
    }),
  },
};
