// The tables of the embedded engine and the settings both of its connections need.
import { DatabaseSync } from "node:sqlite";

/** Grows with every change of the tables; `upgrades[n]` leads from version n to n + 1. */
const SCHEMA_VERSION = 3;

const upgrades: readonly string[] = [
  `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  INSERT INTO counter VALUES ('ceiling', 0);

  -- A rowid table plus an index, not WITHOUT ROWID: there, every comparison during a search reads a large neighbour's whole value.
  CREATE TABLE entry (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, value ANY NOT NULL, version INTEGER NOT NULL) STRICT;

  -- A dropped stream has no name any more; its records go in portions.
  CREATE TABLE stream (id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB UNIQUE, tip INTEGER NOT NULL) STRICT;
  CREATE TABLE record (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, data ANY NOT NULL, UNIQUE (stream, seq)) STRICT;

  CREATE TABLE queue (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
  -- What changes with each lease is apart from the content, so that leasing a large message does not write it again. receipt 0: not leased.
  CREATE TABLE message (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, visible_at INTEGER NOT NULL, receipt INTEGER NOT NULL, attempt INTEGER NOT NULL, enqueued_at INTEGER NOT NULL) STRICT;
  CREATE INDEX message_by_time ON message (queue, visible_at, receipt);
  CREATE INDEX message_by_age ON message (queue, id);
  CREATE TABLE message_content (id INTEGER PRIMARY KEY, meta ANY NOT NULL, body BLOB NOT NULL) STRICT;

  CREATE TABLE inline_blob (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, data BLOB NOT NULL) STRICT;
  CREATE TABLE hold (hash TEXT NOT NULL, owner BLOB NOT NULL, PRIMARY KEY (hash, owner)) WITHOUT ROWID, STRICT;

  CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, epoch INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  `,
  `
  -- Counting a million rows takes longer than anybody should wait.
  ALTER TABLE queue ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
  UPDATE queue SET total = (SELECT count(*) FROM message WHERE queue = queue.id);
  ALTER TABLE message ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
  -- A lane is a group's messages in their order; 0 is none. ready_at: when its next message may be leased. A lane without messages does not exist.
  ALTER TABLE message ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE lane (id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, name BLOB NOT NULL, ready_at INTEGER NOT NULL, UNIQUE (queue, name)) STRICT;
  CREATE INDEX lane_by_time ON lane (queue, ready_at);
  CREATE INDEX message_by_lane ON message (lane, id) WHERE lane <> 0;
  CREATE INDEX message_leased ON message (lane, visible_at) WHERE lane <> 0 AND receipt <> 0;
  `,
  // A group is ready when its first message is, whatever is leased behind that.
  "DROP INDEX message_leased",
];

/** Opens the writing connection and brings the tables up to date. Throws SchemaTooNew when a later Fugaz wrote the file. */
export function openForWriting(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY");
    const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (found > SCHEMA_VERSION) throw new SchemaTooNew(file, found);
    for (const upgrade of upgrades.slice(found)) db.exec(`BEGIN IMMEDIATE; ${upgrade}; PRAGMA user_version = ${upgrades.indexOf(upgrade) + 1}; COMMIT`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a connection that only reads; it sees every commit that has returned. */
export function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true });
  db.exec("PRAGMA busy_timeout = 10000; PRAGMA cache_size = -16384");
  return db;
}

/** The database was written by a later version of this program. */
export class SchemaTooNew extends Error {
  override readonly name = "SchemaTooNew";

  constructor(file: string, found: number) {
    super(`${file} has schema version ${found}, this Fugaz knows versions up to ${SCHEMA_VERSION}: use the newer Fugaz that wrote it, or another data directory`);
  }
}
