// The one table of what this server can speak.
import type { Protocols } from "../protocol.ts";
import { awsCbor1_1, awsJson1_0, awsJson1_1 } from "./aws-json.ts";
import { awsQuery } from "./aws-query.ts";
import { ec2Query } from "./ec2-query.ts";
import { restJson1 } from "./rest-json.ts";
import { restXml } from "./rest-xml.ts";
import { rpcv2Cbor } from "./rpc-v2-cbor.ts";

export const protocols: Protocols = { restJson1, restXml, awsJson1_0, awsJson1_1, awsCbor1_1, awsQuery, ec2Query, rpcv2Cbor };
