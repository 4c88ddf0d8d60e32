-- Rows, their groups, claims, tombstones and streams, with everything that replication needs: birth dots, stamps
-- (epoch, hlc, origin, seq), fields of newer versions as bytes, tombstones with all their dots.

-- One row. It orders all writes: every commit updates it where it still is what the commit was decided upon.
CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  position INTEGER NOT NULL,
  -- Hash of the last audit entry; the chain itself comes later.
  audit_hash BLOB
) STRICT;

CREATE TABLE record (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  birth_origin TEXT NOT NULL,
  birth_seq INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_group (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  unknown BLOB,
  epoch INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (kind, id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
  claim TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  state TEXT NOT NULL,
  birth_origin TEXT NOT NULL,
  birth_seq INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row's id is never used again, a claim's is: only its birth tells one claiming from the next.
CREATE TABLE tombstone (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  birth_origin TEXT NOT NULL,
  birth_seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (kind, id, birth_origin, birth_seq)
) STRICT, WITHOUT ROWID;

-- Every delete that did not know of the others leaves its dot: one alone would let peers differ for ever.
CREATE TABLE tombstone_dot (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  birth_origin TEXT NOT NULL,
  birth_seq INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (kind, id, birth_origin, birth_seq, origin, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  place INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash BLOB
) STRICT;

-- The dot indexes: what a range of dots of one origin wrote, gave birth to or deleted.
CREATE INDEX record_by_birth ON record (birth_origin, birth_seq);
CREATE INDEX record_group_by_dot ON record_group (origin, seq);
CREATE INDEX claim_by_dot ON claim (origin, seq);
CREATE INDEX tombstone_by_dot ON tombstone_dot (origin, seq);
CREATE UNIQUE INDEX entry_by_dot ON entry (origin, seq, place);

CREATE INDEX entry_by_stream ON entry (stream, position);
CREATE INDEX entry_by_subject ON entry (stream, subject, position);
