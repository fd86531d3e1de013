// Signatures of what topics deliver, so that a receiver can check who sent it: a key of this server's own, and a certificate that tells its public half.
import { createHash, generateKeyPair, sign, X509Certificate, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "../../kernel/clock.ts";
import { once } from "../../kernel/once.ts";
import { type Key, set, type Store } from "../../ports/store.ts";

export interface Signer {
  /** base64. Version 1 is SHA-1, 2 SHA-256; both RSA. */
  sign(version: "1" | "2", text: string): Promise<{ readonly signature: string; readonly certificate: string }>;
  /** PEM, by its name. */
  certificate(name: string): Promise<string | undefined>;
}

interface Stored {
  readonly privateKey: string;
  readonly certificate: string;
}

const KEY: Key = ["topics", "signing"];
const YEAR_MS = 365 * 86_400_000;
const signAside = promisify(sign) as unknown as (algorithm: string, data: Buffer, key: string) => Promise<Buffer>;

/** The key is made when it is first needed, and kept. */
export function openSigner({ store, clock }: { readonly store: Store; readonly clock: Pick<Clock, "now"> }): Signer {
  const key = once(async (): Promise<Stored & { readonly name: string }> => {
    let stored = (await store.get<Stored>(KEY))?.value;
    if (!stored) {
      const made = await newKey(clock.now());
      // Whoever is second takes the first one's.
      stored = (await store.commit([{ key: KEY, version: null }], [set(KEY, { ...made })])).ok ? made : (await store.get<Stored>(KEY))?.value ?? made;
    }
    return { ...stored, name: `SimpleNotificationService-${createHash("sha256").update(stored.certificate).digest("hex").slice(0, 32)}.pem` };
  });
  return {
    sign: async (version, text) => {
      const { privateKey, name } = await key();
      return { signature: (await signAside(version === "1" ? "RSA-SHA1" : "RSA-SHA256", Buffer.from(text), privateKey)).toString("base64"), certificate: name };
    },
    certificate: async (name) => {
      const known = await key();
      return name === known.name ? known.certificate : undefined;
    },
  };
}

async function newKey(nowMs: number): Promise<Stored> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), certificate: await certificateOf(publicKey, privateKey, nowMs) };
}

/** Signed by itself. Node can read certificates but not make them; this is the least that X.509 (RFC 5280) asks for, in DER. */
async function certificateOf(publicKey: KeyObject, privateKey: KeyObject, nowMs: number): Promise<string> {
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from("sns.amazonaws.com")))));
  const validity = sequence(time(nowMs - 86_400_000), time(nowMs + 10 * YEAR_MS));
  const serial = Buffer.from(createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest().subarray(0, 8));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(der(0x02, serial), SHA256_WITH_RSA, name, validity, name, publicKey.export({ type: "spki", format: "der" }));
  const signature = await signAside("RSA-SHA256", body, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  return new X509Certificate(sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), signature))).toString();
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SHA256_WITH_RSA = Buffer.from("300d06092a864886f70d01010b0500", "hex");

/** UTCTime: `yymmddhhmmssZ`. */
const time = (ms: number): Buffer => der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+Z/g, "").slice(2)}Z`));

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
