// Brokers of messages: Kafka, ActiveMQ and RabbitMQ.
import { arn, base64, hex, uuid, type Facts, type SampleEvents } from "../facts.ts";

const bytes = (text: string): readonly number[] => [...Buffer.from(text)];

export const kafka: SampleEvents = {
  msk: { what: "records of Amazon MSK", make: (facts) => ({ eventSource: "aws:kafka", eventSourceArn: arn(facts, "kafka", `cluster/orders/${uuid()}-3`), ...records(facts) }) },
  "self-managed": { what: "records of a cluster of one's own", make: (facts) => ({ eventSource: "SelfManagedKafka", ...records(facts) }) },
};

const records = ({ now, region }: Facts): object => ({
  bootstrapServers: `b-1.orders.kafka.${region}.amazonaws.com:9092,b-2.orders.kafka.${region}.amazonaws.com:9092`,
  records: {
    "orders-0": [
      { topic: "orders", partition: 0, offset: 15, timestamp: now, timestampType: "CREATE_TIME", key: base64("42"), value: base64(JSON.stringify({ item: "teapot" })), headers: [{ shop: bytes("berlin") }] },
      { topic: "orders", partition: 0, offset: 16, timestamp: now, timestampType: "CREATE_TIME", key: base64("43"), value: base64(JSON.stringify({ item: "kettle" })), headers: [] },
    ],
  },
});

export const activemq: SampleEvents = {
  messages: {
    what: "messages of an ActiveMQ queue",
    make: (facts) => ({
      eventSource: "aws:mq",
      eventSourceArn: arn(facts, "mq", `broker:orders:b-${uuid()}`),
      messages: [
        {
          messageID: `ID:b-${hex(8)}.mq.${facts.region}.amazonaws.com-40001-${facts.now}-4:1:1:1:1`, messageType: "jms/text-message", timestamp: facts.now, deliveryMode: 1, correlationID: "order-42", replyTo: "answers", destination: { physicalName: "orders" },
          redelivered: false, type: "order", expiration: facts.now + 60_000, priority: 4, data: base64(JSON.stringify({ item: "teapot" })), brokerInTime: facts.now - 2, brokerOutTime: facts.now, properties: { shop: "berlin" },
        },
      ],
    }),
  },
};

export const rabbitmq: SampleEvents = {
  messages: {
    what: "messages of a RabbitMQ queue",
    make: (facts) => ({
      eventSource: "aws:rmq",
      eventSourceArn: arn(facts, "mq", `broker:orders:b-${uuid()}`),
      rmqMessagesByQueue: {
        "orders::/": [
          {
            basicProperties: {
              contentType: "application/json", contentEncoding: null, headers: { shop: { bytes: bytes("berlin") }, step: { bytes: bytes("paid") }, attempt: 1 }, deliveryMode: 1, priority: 4, correlationId: null, replyTo: null, expiration: "60000",
              messageId: null, timestamp: new Date(facts.now).toUTCString(), type: null, userId: "shop", appId: null, clusterId: null, bodySize: 17,
            },
            redelivered: false, data: base64(JSON.stringify({ item: "teapot" })),
          },
        ],
      },
    }),
  },
};
