// Temporary credentials and whom they stand for: issued to callers by STS and to functions by the heart, found again by their key.
import { randomBytes } from "node:crypto";
import { newAccessKeyId } from "../../kernel/access-key.ts";
import type { Clock } from "../../kernel/clock.ts";
import { del, set, type Key, type Store } from "../../ports/store.ts";

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
  /** Absent: lasts as long as its function. */
  readonly expiresMs?: number;
}

export interface Sessions {
  /** New credentials, durable when it resolves. */
  issue(subject: SessionSubject, seconds: number): Promise<Session>;
  /** The session of a key, expired or not (for a while); undefined for keys not issued here. */
  find(accessKeyId: string): Promise<Session | undefined>;
  /** The credentials a function runs with: the same ones each time for the same function and role. */
  forFunction(holder: { readonly account: string; readonly name: string; readonly role: string }): Promise<Session>;
}

/** Ours: each new session clears away so many expired ones. */
const SWEPT_PER_ISSUE = 20;
/** Ours: an expired session is remembered this long, so that its user hears "expired" and is not taken for someone else. */
const REMEMBERED_MS = 7 * 86_400_000;

const sessionKey = (accessKeyId: string): Key => ["credentials", "session", accessKeyId];
const expiries: Key = ["credentials", "expiry"];
const expiryKey = (expiresMs: number, accessKeyId: string): Key => [...expiries, expiresMs, accessKeyId];
const functionKey = (account: string, name: string, role: string): Key => ["credentials", "function", account, name, role];

export function openSessions({ store, clock }: { readonly store: Store; readonly clock: Clock }): Sessions {
  const ofFunctions = new Map<string, Promise<Session>>();

  const find = async (accessKeyId: string): Promise<Session | undefined> =>
    accessKeyId.startsWith("ASIA") ? (await store.get<Session>(sessionKey(accessKeyId)))?.value : undefined;

  const keep = async (subject: { readonly account: string; readonly name: string; readonly role: string }): Promise<Session> => {
    const key = functionKey(subject.account, subject.name, subject.role);
    for (;;) {
      const known = await store.get<{ readonly accessKeyId: string }>(key);
      const session = known && (await find(known.value.accessKeyId));
      if (session) return session;
      const fresh = newSession({ account: subject.account, role: { arn: subject.role, sessionName: subject.name } });
      const { ok } = await store.commit(
        [{ key, version: known?.version ?? null }, { key: sessionKey(fresh.accessKeyId), version: null }],
        [set(key, { accessKeyId: fresh.accessKeyId }), set(sessionKey(fresh.accessKeyId), fresh)],
      );
      if (ok) return fresh;
    }
  };

  return {
    find,
    issue: async (subject, seconds) => {
      for (;;) {
        const nowMs = clock.now();
        const session: Session = { ...newSession(subject), expiresMs: nowMs + seconds * 1000 };
        const expired = await store.list({ prefix: expiries, before: expiryKey(nowMs - REMEMBERED_MS, ""), limit: SWEPT_PER_ISSUE });
        const { ok } = await store.commit(
          [{ key: sessionKey(session.accessKeyId), version: null }],
          [
            set(sessionKey(session.accessKeyId), session),
            set(expiryKey(nowMs + seconds * 1000, session.accessKeyId), {}),
            ...expired.flatMap(({ key }) => [del(key), del(sessionKey(String(key.at(-1))))]),
          ],
        );
        if (ok) return session;
      }
    },
    forFunction: (holder) => {
      const name = `${holder.account}\0${holder.name}\0${holder.role}`;
      let session = ofFunctions.get(name);
      if (!session) {
        session = keep(holder);
        ofFunctions.set(name, session);
        // A failure is not remembered: the next start asks again.
        session.catch(() => ofFunctions.delete(name));
      }
      return session;
    },
  };
}

function newSession(subject: SessionSubject): Session {
  return {
    ...subject,
    accessKeyId: newAccessKeyId("ASIA", subject.account),
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(192).toString("base64"),
  };
}
