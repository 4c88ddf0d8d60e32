-- What a database keeps of the others' writes beside the rows themselves: which transactions it has heard of, up to
-- where it has forgotten tombstones, and values of a far future that nobody is shown yet.

-- The last transaction heard of, by origin. Our own is in meta.
CREATE TABLE head (
  origin TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Transactions below the head that were not heard of, both ends included.
CREATE TABLE gap (
  origin TEXT NOT NULL,
  low INTEGER NOT NULL,
  high INTEGER NOT NULL,
  PRIMARY KEY (origin, low)
) STRICT, WITHOUT ROWID;

-- Tombstones whose deletes are not above this may be gone: who lacks something below it compares whole.
CREATE TABLE floor (
  origin TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Groups that a clock far ahead has stamped. They win over what record_group has, and are shown when their time has come.
CREATE TABLE quarantine (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  unknown BLOB,
  epoch INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  past TEXT,
  PRIMARY KEY (kind, id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX quarantine_by_dot ON quarantine (origin, seq);

-- JSON: the writes that this one had seen, as [[origin, seq], …], where a policy asks whether two knew of each other.
ALTER TABLE record_group ADD COLUMN past TEXT;

-- A name that two have claimed keeps both claims until the later is released.
CREATE TABLE claims (
  claim TEXT NOT NULL,
  holder TEXT NOT NULL,
  state TEXT NOT NULL,
  birth_origin TEXT NOT NULL,
  birth_seq INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  origin TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (claim, birth_origin, birth_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO claims SELECT * FROM claim;
DROP TABLE claim;
ALTER TABLE claims RENAME TO claim;
CREATE INDEX claim_by_dot ON claim (origin, seq);
CREATE INDEX claim_by_birth ON claim (birth_origin, birth_seq);
