// What the sender of an upload form hears: nothing, a document, or where to go next, as the form itself asks.
import { escapeXml, XML_HEAD, xmlElement } from "../../../wire/codecs/xml-write.ts";
import type { S3Context } from "../op.ts";
import type { BucketRecord, ObjectRecord } from "../records.ts";
import { quoted, writtenView } from "../views.ts";

export interface Posted {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly object: ObjectRecord;
  /** The form's fields. */
  readonly values: ReadonlyMap<string, string>;
}

/** Sets the status: 303 where the form names an absolute URL, else 200, 201 or 204 as it says. */
export function answerForm({ bucket, key, object, values }: Posted, { reply, endpoint, headers }: Pick<S3Context, "reply" | "endpoint" | "headers">) {
  const location = `${bucketUrl(bucket.name, endpoint, headers["host"] ?? "")}/${encodeURIComponent(key)}`;
  const view = { ...writtenView(bucket, object), Location: location };
  const next = values.get("success_action_redirect") ?? values.get("redirect");
  if (next !== undefined && /^https?:\/\//i.test(next) && URL.canParse(next)) {
    reply.status = 303;
    const facts = new URLSearchParams({ bucket: bucket.name, key, etag: quoted(object.etag) });
    return { ...view, Location: `${next}${next.includes("?") ? "&" : "?"}${facts}` };
  }
  const status = values.get("success_action_status");
  reply.status = status === "200" || status === "201" ? Number(status) : 204;
  if (status !== "201") return view;
  reply.headers["content-type"] = "application/xml";
  const elements = { Location: location, Bucket: bucket.name, Key: key, ETag: quoted(object.etag) };
  const content = Object.entries(elements).map(([name, value]) => xmlElement(name, escapeXml(value))).join("");
  return { ...view, Body: Buffer.from(XML_HEAD + xmlElement("PostResponse", content)) };
}

/** As the client addressed it: the bucket in the host, or in the path. */
function bucketUrl(bucket: string, endpoint: string, host: string): string {
  if (!host.toLowerCase().startsWith(`${bucket}.`)) return `${endpoint}/${bucket}`;
  return `${endpoint.slice(0, endpoint.indexOf("://"))}://${host}`;
}
