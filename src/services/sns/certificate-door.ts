// Gives out the certificate that the signatures of deliveries are checked with, to anybody.
import type { Topics } from "../../triggers/topics/topics.ts";
import type { Door, HttpReply } from "../../wire/door.ts";

const PREFIX = "/_fugaz/sns/";

/** `topics`: opened when they are first needed. */
export function certificateDoor(topics: () => Promise<Pick<Topics, "certificate">>): Door {
  return {
    name: "sns-certificate",
    claims: ({ rawPath }) => rawPath.startsWith(PREFIX),
    handle: async ({ rawPath }): Promise<HttpReply> => {
      const certificate = await (await topics()).certificate(rawPath.slice(PREFIX.length));
      if (certificate === undefined) return { status: 404, headers: { "content-type": "text/plain" }, body: "There is no such certificate.\n" };
      return { status: 200, headers: { "content-type": "application/x-pem-file" }, body: certificate };
    },
  };
}
