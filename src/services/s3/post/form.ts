// A browser's upload form as it arrives: the fields first, bounded; then the file, as a stream that is never held whole.
import { fault, type Fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { openScanner, type Scanner } from "./scanner.ts";

export interface UploadForm {
  /** By lower-case name; what was sent twice is joined by commas. */
  readonly fields: ReadonlyMap<string, FormField>;
  /** The file, without which a form is none. */
  readonly file: FormFile | undefined;
}

export interface FormField {
  /** As the client wrote it. */
  readonly name: string;
  readonly value: string;
}

export interface FormFile {
  /** Without its path; undefined when the client gave none. */
  readonly name: string | undefined;
  /** Reads the rest of the request too: what follows the file counts for nothing. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const CRLF = "\r\n";
const BOUNDARY_CHARACTERS_MAX = 70;

const malformedPost = (): Fault =>
  fault("MalformedPOSTRequest", { message: "The body of your POST request is not well-formed multipart/form-data.", status: 400 });

const fieldsTooLarge = (): Fault =>
  fault("MaxPostPreDataLengthExceeded", {
    message: "Your POST request fields preceeding the upload file was too large.", status: 400, MaxPostPreDataLengthBytes: limits.s3.postFieldsBytesMax,
  });

const notAForm = (): Fault =>
  fault("PreconditionFailed", {
    message: "At least one of the pre-conditions you specified did not hold", status: 412, Condition: "Bucket POST must be of the enclosure-type multipart/form-data",
  });

/** Reads up to the file's first byte. Throws S3's faults for what is no form, or has more than 20 KB before the file. */
export async function readForm(source: AsyncIterable<Uint8Array>, contentType: string | undefined): Promise<UploadForm> {
  const delimiter = `${CRLF}--${boundaryOf(contentType)}`;
  // The first boundary has no line before it.
  const scanner = openScanner(source, { start: CRLF, malformed: malformedPost });
  const fields = new Map<string, FormField>();
  let left = limits.s3.postFieldsBytesMax;
  const take = async (until: string): Promise<string> => {
    const text = await scanner.take(until, left, fieldsTooLarge);
    left -= text.byteLength + until.length;
    return text.toString("utf8");
  };
  await take(delimiter);
  for (;;) {
    if (await isLast(scanner)) {
      await scanner.drain();
      return { fields, file: undefined };
    }
    const part = partOf(await take(CRLF + CRLF));
    if (part.name.toLowerCase() === "file") return { fields, file: { name: part.filename, bytes: fileBytes(scanner, delimiter) } };
    const value = await take(delimiter);
    const known = fields.get(part.name.toLowerCase());
    fields.set(part.name.toLowerCase(), { name: part.name, value: known ? `${known.value},${value}` : value });
  }
}

function boundaryOf(contentType = ""): string {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) throw notAForm();
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare ?? "";
  if (boundary === "" || boundary.length > BOUNDARY_CHARACTERS_MAX) throw malformedPost();
  return boundary;
}

/** Two dashes behind a boundary end the form. */
async function isLast(scanner: Scanner): Promise<boolean> {
  return (await scanner.peek(2)) === "--";
}

async function* fileBytes(scanner: Scanner, delimiter: string): AsyncGenerator<Uint8Array> {
  yield* scanner.stream(delimiter);
  await scanner.drain();
}

interface Part {
  readonly name: string;
  readonly filename: string | undefined;
}

/** Source: RFC 7578, 4.2; browsers write `%22` for a quote in a name, curl `\"`. */
function partOf(head: string): Part {
  const disposition = /(?:^|\r\n)content-disposition:[ \t]*form-data[ \t]*((?:;[^\r\n]*)?)(?:\r\n|$)/i.exec(head)?.[1];
  if (disposition === undefined) throw malformedPost();
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, bare = ""] of disposition.matchAll(/;\s*([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    parameters.set(name.toLowerCase(), (quoted ?? bare).replaceAll('\\"', '"').replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n"));
  }
  const name = parameters.get("name");
  if (name === undefined) throw malformedPost();
  const path = extended(parameters.get("filename*")) ?? parameters.get("filename");
  return { name, filename: path?.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) };
}

/** `utf-8''na%C3%AFve.txt`, which Python's clients send for names beyond ASCII. */
function extended(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? "")?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    throw malformedPost();
  }
}
