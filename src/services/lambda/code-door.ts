// `GET /_fugaz/code/<id>.zip?…`: what GetFunction's Code.Location points to; it answers as the original's bucket does.
import { isFolderId } from "../../functions/packages/folder.ts";
import { fault, Outage } from "../../kernel/fault.ts";
import type { Blobs } from "../../ports/blobs.ts";
import { errorReply, newContext, wireError } from "../../wire/aws-replies.ts";
import type { Door, HttpReply, HttpRequest } from "../../wire/door.ts";
import { parseQuery } from "../../wire/query-string.ts";
import { CODE_PATH, type CodeLinks } from "./code-links.ts";

export const codeDoor = ({ blobs, codeLinks }: { readonly blobs: Pick<Blobs, "read">; readonly codeLinks: CodeLinks }): Door => ({
  name: "code",
  claims: ({ rawPath }) => rawPath.startsWith(CODE_PATH),
  handle: async (request) => {
    try {
      return await archive(request, blobs, codeLinks);
    } catch (error) {
      const framing = { protocol: "restXml" as const, model: undefined, errorMembers: undefined, context: newContext(true, request.headers) };
      return errorReply(framing, wireError(error, "restXml", true));
    }
  },
});

async function archive({ method, rawPath, rawQuery }: HttpRequest, blobs: Pick<Blobs, "read">, links: CodeLinks): Promise<HttpReply> {
  if (method !== "GET") throw fault("MethodNotAllowed", { message: "The specified method is not allowed against this resource.", status: 405, Method: method });
  const name = rawPath.slice(CODE_PATH.length);
  const id = name.replace(/\.zip$/, "");
  await links.check(id, parseQuery(rawQuery).pairs);
  if (isFolderId(id)) throw fault("NoSuchKey", { message: "This function runs from a folder while it is being developed; there is no archive of it.", status: 404, Key: name });
  try {
    return { status: 200, headers: { "content-type": "application/zip" }, body: await blobs.read(id) };
  } catch (error) {
    // The function was deleted or got other code since the link was made.
    if (error instanceof Outage) throw fault("NoSuchKey", { message: "The specified key does not exist.", status: 404, Key: name });
    throw error;
  }
}
