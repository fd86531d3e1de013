// Fired by a Kinesis stream: every measurement becomes an item of a table. A repeated delivery writes the same item again, so it harms nobody.
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient();

export const handler = async ({ Records }) => {
  for (const { kinesis } of Records) {
    const { sensor, at, celsius } = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    await dynamodb.send(new PutItemCommand({ TableName: process.env.MEASUREMENTS, Item: { sensor: { S: sensor }, at: { N: String(at) }, celsius: { N: String(celsius) } } }));
  }
  console.log(`${Records.length} measurements of ${new Set(Records.map(({ kinesis }) => kinesis.partitionKey)).size} sensors`);
};
