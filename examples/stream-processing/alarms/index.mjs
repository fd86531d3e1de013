// Fired by the stream of the table of measurements, and by its mapping's filter only for new items: what is too hot is noted in a table of its own.
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient();

export const handler = async ({ Records }) => {
  for (const { dynamodb: { NewImage: item } } of Records) {
    if (Number(item.celsius.N) <= Number(process.env.TOO_HOT)) continue;
    await dynamodb.send(new PutItemCommand({ TableName: process.env.ALARMS, Item: item }));
    console.log(`${item.sensor.S} is at ${item.celsius.N} °C`);
  }
};
