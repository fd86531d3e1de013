// Temporary credentials and whom they stand for: issued to callers by STS and to functions by the heart, found again by their key.
import { randomBytes } from "node:crypto";
import { newAccessKeyId } from "../../kernel/access-key.ts";
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import { del, set, unchanged, type Check, type Key, type Store, type Write } from "../../ports/store.ts";

/** Whom a session acts as. */
export interface SessionSubject {
  readonly account: string;
  /** The assumed role; absent: the account's root. */
  readonly role?: {
    readonly arn: string;
    /** `AROA…` as it was when the session began; absent when no such role is recorded. */
    readonly id?: string;
    readonly sessionName: string;
  };
  readonly sourceIdentity?: string;
}

export interface Session extends SessionSubject {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresMs: number;
}

/** Expired sessions are removed from time to time until it is disposed. */
export interface Sessions extends Disposable {
  /** New credentials, durable when it resolves. */
  issue(subject: SessionSubject, seconds: number): Promise<Session>;
  /** The session of a key, expired or not (for a while); undefined for keys not issued here. */
  find(accessKeyId: string): Promise<Session | undefined>;
  /** The credentials a function starts with: the same ones for the same function and role while they will outlast an instance that starts now. */
  forFunction(holder: FunctionHolder): Promise<Session>;
}

export interface FunctionHolder {
  readonly account: string;
  readonly name: string;
  readonly role: string;
}

/** Which session a function has now. */
interface Kept {
  readonly accessKeyId: string;
}

/** AWS: what a function's role is lent for. */
const FUNCTION_SESSION_MS = 12 * 3_600_000;
/** Ours: an instance that starts now may be this old, and then finish one event, before its credentials run out. */
const outlastMs = (timeoutSecondsMax: number): number => limits.functions.instanceAgeMsMax + limits.functions.instanceIdleMs + timeoutSecondsMax * 1000;
/** Ours: how often expired sessions are looked for, and how many go in one commit. */
const SWEEP_MS = 3_600_000;
const SWEPT_AT_ONCE = 200;
/** Ours: an expired session is remembered this long, so that its user hears "expired" and is not taken for someone else. */
const REMEMBERED_MS = 7 * 86_400_000;

const sessionKey = (accessKeyId: string): Key => ["credentials", "session", accessKeyId];
const expiries: Key = ["credentials", "expiry"];
const expiryKey = (expiresMs: number, accessKeyId: string): Key => [...expiries, expiresMs, accessKeyId];
const functionKey = ({ account, name, role }: FunctionHolder): Key => ["credentials", "function", account, name, role];

export interface SessionsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** For the operator: something failed that no caller sees. */
  readonly warn: (sentence: string, error: unknown) => void;
  /** How long a function may run; by default as long as on the original. */
  readonly timeoutSecondsMax?: number;
}

export function openSessions({ store, clock, warn, timeoutSecondsMax = limits.functions.timeoutSecondsMax }: SessionsDeps): Sessions {
  const ofFunctions = new Map<string, Promise<Session>>();

  const find = async (accessKeyId: string): Promise<Session | undefined> =>
    accessKeyId.startsWith("ASIA") ? (await store.get<Session>(sessionKey(accessKeyId)))?.value : undefined;
  const outlasts = ({ expiresMs }: Session): boolean => expiresMs >= clock.now() + outlastMs(timeoutSecondsMax);

  const keep = async (holder: FunctionHolder): Promise<Session> => {
    const key = functionKey(holder);
    for (;;) {
      const known = await store.get<Kept>(key);
      const session = known && (await find(known.value.accessKeyId));
      if (session && outlasts(session)) return session;
      const fresh = newSession({ account: holder.account, role: { arn: holder.role, sessionName: holder.name } }, clock.now() + FUNCTION_SESSION_MS);
      const { ok } = await store.commit([unchanged(key, known), unused(fresh)], [set(key, { accessKeyId: fresh.accessKeyId }), ...record(fresh, key)]);
      if (ok) return fresh;
    }
  };
  const sweep = async (): Promise<void> => {
    // What is asked for again is read again; so nothing is remembered here for functions that have gone.
    ofFunctions.clear();
    const before = clock.now() - REMEMBERED_MS;
    while (await forgetSome(store, before));
  };
  const later = (): (() => void) =>
    clock.after(SWEEP_MS, () => {
      cancel = later();
      sweep().catch((error: unknown) => warn("Expired sessions could not be removed; the next sweep tries again.", error));
    });
  let cancel = later();

  return {
    find,
    issue: async (subject, seconds) => {
      for (;;) {
        const session = newSession(subject, clock.now() + seconds * 1000);
        const { ok } = await store.commit([unused(session)], record(session));
        if (ok) return session;
      }
    },
    forFunction: async (holder) => {
      const name = functionKey(holder).join("\0");
      for (;;) {
        const known = ofFunctions.get(name) ?? keep(holder);
        ofFunctions.set(name, known);
        // A failure is not remembered: the next start asks again.
        const session = await known.catch((error: unknown) => {
          ofFunctions.delete(name);
          throw error;
        });
        if (outlasts(session)) return session;
        if (ofFunctions.get(name) === known) ofFunctions.delete(name);
      }
    },
    [Symbol.dispose]: () => cancel(),
  };
}

const unused = ({ accessKeyId }: Session): Check => ({ key: sessionKey(accessKeyId), version: null });

/** The session, and the note by which it is found when its time is over. */
const record = (session: Session, holder?: Key): readonly Write[] => [
  set(sessionKey(session.accessKeyId), session),
  set(expiryKey(session.expiresMs, session.accessKeyId), holder === undefined ? {} : { holder }),
];

/** Removes some sessions that ran out before `beforeMs`; true when there may be more. */
async function forgetSome(store: Store, beforeMs: number): Promise<boolean> {
  const expired = await store.list<{ readonly holder?: Key }>({ prefix: expiries, before: expiryKey(beforeMs, ""), limit: SWEPT_AT_ONCE });
  const checks: Check[] = [];
  const writes: Write[] = [];
  for (const { key, value } of expired) {
    const accessKeyId = String(key.at(-1));
    writes.push(del(key), del(sessionKey(accessKeyId)));
    const holder = value.holder && (await store.get<Kept>(value.holder));
    // The function may have got newer ones since.
    if (!holder || holder.value.accessKeyId !== accessKeyId) continue;
    checks.push(unchanged(holder.key, holder));
    writes.push(del(holder.key));
  }
  if (writes.length > 0) await store.commit(checks, writes);
  return expired.length === SWEPT_AT_ONCE;
}

function newSession(subject: SessionSubject, expiresMs: number): Session {
  return {
    ...subject,
    expiresMs,
    accessKeyId: newAccessKeyId("ASIA", subject.account),
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(192).toString("base64"),
  };
}
