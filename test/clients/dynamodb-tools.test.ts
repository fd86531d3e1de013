// DynamoDB as Python programs meet it: boto3's client, its resource with condition builders, waiters, paginators and batch writer.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { has } from "./harness.ts";
import { openTablesCloud, type TablesCloud } from "./tables-harness.ts";

const run = promisify(execFile);
const hasBoto3 = await has("python3", "-c", "import boto3");

let cloud: TablesCloud;
beforeAll(async () => void (cloud = await openTablesCloud()));
afterAll(() => cloud[Symbol.asyncDispose]());

const SCRIPT = `
import boto3, json
from decimal import Decimal
from boto3.dynamodb.conditions import Key, Attr
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

resource = boto3.resource("dynamodb")
table = resource.create_table(TableName="pyt", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "pos", "KeyType": "RANGE"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "pos", "AttributeType": "N"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
table.wait_until_exists()
out = {}
with table.batch_writer() as batch:
    for n in range(60):
        batch.put_item(Item={"id": "a", "pos": n, "price": Decimal("1.10") * n, "tags": {"x", "y"}, "raw": b"\\x00\\xff", "nested": {"list": [1, None, True, {"deep": Decimal("0.5")}]}})
item = table.get_item(Key={"id": "a", "pos": 7})["Item"]
out["price"] = str(item["price"])
out["raw"] = item["raw"] == Binary(b"\\x00\\xff")
out["nested"] = item["nested"]["list"][3]["deep"] == Decimal("0.5") and item["nested"]["list"][1] is None and item["tags"] == {"x", "y"}
found = table.query(KeyConditionExpression=Key("id").eq("a") & Key("pos").between(10, 30), FilterExpression=Attr("price").gt(Decimal("22")) & ~Attr("gone").exists() & Attr("tags").contains("x"))
out["query"] = [int(each["pos"]) for each in found["Items"]]
out["scan"] = table.scan(FilterExpression=Attr("nested.list[0]").eq(1) & Attr("id").begins_with("a") & Attr("raw").attribute_type("B"), Select="COUNT")["Count"]
updated = table.update_item(Key={"id": "a", "pos": 7}, UpdateExpression="SET price = price + :d, nested.#l = list_append(nested.#l, :l)", ConditionExpression=Attr("price").lt(100),
    ExpressionAttributeNames={"#l": "list"}, ExpressionAttributeValues={":d": Decimal("0.01"), ":l": ["end"]}, ReturnValues="UPDATED_NEW")
out["updated"] = [str(updated["Attributes"]["price"]), updated["Attributes"]["nested"]["list"][-1]]
try:
    table.put_item(Item={"id": "a", "pos": 7}, ConditionExpression=Attr("id").not_exists())
except ClientError as error:
    out["refused"] = error.response["Error"]

client = boto3.client("dynamodb")
pages = client.get_paginator("query").paginate(TableName="pyt", KeyConditionExpression="id = :id", ExpressionAttributeValues={":id": {"S": "a"}}, PaginationConfig={"PageSize": 25})
out["pages"] = [len(page["Items"]) for page in pages]
out["statement"] = client.execute_statement(Statement="SELECT pos FROM pyt WHERE id = ? AND pos < ?", Parameters=[{"S": "a"}, {"N": "2"}])["Items"]
try:
    client.transact_write_items(TransactItems=[{"ConditionCheck": {"TableName": "pyt", "Key": {"id": {"S": "a"}, "pos": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(id)"}}])
except client.exceptions.TransactionCanceledException as error:
    out["reasons"] = error.response["CancellationReasons"]
try:
    client.describe_export(ExportArn="arn:aws:dynamodb:us-east-1:000000000000:table/pyt/export/01")
except ClientError as error:
    out["unbuilt"] = error.response["ResponseMetadata"]["HTTPStatusCode"]

streams = boto3.client("dynamodbstreams")
arn = streams.list_streams(TableName="pyt")["Streams"][0]["StreamArn"]
shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
records = streams.get_records(ShardIterator=iterator)["Records"]
out["records"] = [len(records), records[0]["eventName"], records[-1]["eventName"]]
table.delete()
table.wait_until_not_exists()
print(json.dumps(out))
`;

test.skipIf(!hasBoto3)("boto3's resource and client work unmodified", async () => {
  const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", AWS_ENDPOINT_URL: cloud.endpoint, AWS_DEFAULT_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_MAX_ATTEMPTS: "1" };
  const { stdout } = await run("python3", ["-c", SCRIPT], { env });
  expect(JSON.parse(stdout)).toEqual({
    price: "7.7", raw: true, nested: true, query: [21, 22, 23, 24, 25, 26, 27, 28, 29, 30], scan: 60, updated: ["7.71", "end"],
    refused: { Code: "ConditionalCheckFailedException", Message: "The conditional request failed" },
    pages: [25, 25, 10], statement: [{ pos: { N: "0" } }, { pos: { N: "1" } }], reasons: [{ Code: "ConditionalCheckFailed", Message: "The conditional request failed" }], unbuilt: 501,
    records: [61, "INSERT", "MODIFY"],
  });
});
