// Encryption, on record: there is no KMS here, and what lies on the disk is as encrypted as the disk is. Streams and records tell what they would.
import { horizonMs, type Stream } from "../../triggers/streams/stream.ts";

/** From now on with this key, whatever was before. */
export const withKey = (stream: Stream, encryptionKey: string, nowMs: number): Stream => {
  const ended = withoutKey(stream, nowMs);
  return { ...ended, encryptionKey, encrypted: [...(ended.encrypted ?? []), { fromMs: nowMs }] };
};

/** From now on without; what nobody can read any more is forgotten. */
export function withoutKey({ encryptionKey: _key, encrypted = [], ...stream }: Stream, nowMs: number): Stream {
  const spans = encrypted.map(({ fromMs, toMs = nowMs }) => ({ fromMs, toMs })).filter(({ toMs }) => toMs > horizonMs(stream, nowMs));
  return spans.length > 0 ? { ...stream, encrypted: spans } : stream;
}

export const wasEncrypted = ({ encrypted = [] }: Stream, atMs: number): boolean => encrypted.some(({ fromMs, toMs = Infinity }) => fromMs <= atMs && atMs < toMs);
