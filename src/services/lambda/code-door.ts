// `GET /_fugaz/code/<id>.zip`: what GetFunction's Code.Location points to. The id is the content's hash, which only those know who may see the code.
import type { Blobs } from "../../ports/blobs.ts";
import { Outage } from "../../kernel/fault.ts";
import type { Door } from "../../wire/door.ts";
import { CODE_PATH } from "./views.ts";

export const codeDoor = ({ blobs }: { readonly blobs: Blobs }): Door => ({
  name: "code",
  claims: ({ rawPath }) => rawPath.startsWith(CODE_PATH),
  handle: async ({ method, rawPath }) => {
    const id = /^([0-9a-f]{64})\.zip$/.exec(rawPath.slice(CODE_PATH.length))?.[1];
    if (method !== "GET" || id === undefined) return { status: 404, headers: { "content-type": "text/plain" }, body: Buffer.from("No such code package.\n") };
    try {
      return { status: 200, headers: { "content-type": "application/zip" }, body: await blobs.read(id) };
    } catch (error) {
      if (!(error instanceof Outage)) throw error;
      return { status: 404, headers: { "content-type": "text/plain" }, body: Buffer.from("No such code package.\n") };
    }
  },
});
