-- All that a database keeps, as in migrations/sqlite, with the revision of the commit that wrote a thing last where other
-- peers on the same database ask for what is new. Bytes everywhere: ids and names compare byte for byte, without a
-- collation that would hold `a` and `A `, or two forms of one letter, for equal; texts come back as they were written.
-- Statements end with a semicolon at the end of a line. Each may be run again when its outcome was not noted.

-- One row. It orders all writes: every commit locks it first, and changes it where it still is what was decided upon.
CREATE TABLE meta (
  one TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  hlc BIGINT UNSIGNED NOT NULL,
  position BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL,
  -- Which server took the last commit; empty under Galera, where all are as good. Another may lack what that one
  -- acknowledged, as a replica that was promoted does.
  server VARBINARY(64) NOT NULL
) ENGINE = InnoDB;

-- The commits of a day, by which one whose answer was lost is found again, and by which others tell whether what they
-- have seen is still here.
CREATE TABLE commits (
  revision BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  token BINARY(16) NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  hlc BIGINT UNSIGNED NOT NULL,
  at_s BIGINT UNSIGNED NOT NULL,
  KEY commits_by_age (at_s)
) ENGINE = InnoDB;

-- Stands for no commit: whoever was decided upon an older state inserts it again, and is refused for it, whatever the
-- server's mode.
INSERT IGNORE INTO commits VALUES (18446744073709551615, '', '', 0, 0, 18446744073709551615);

CREATE TABLE record (
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  birth_origin VARBINARY(64) NOT NULL,
  birth_seq BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (kind, id),
  KEY record_by_birth (birth_origin, birth_seq),
  KEY record_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE record_group (
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  name VARBINARY(1024) NOT NULL,
  body LONGBLOB NOT NULL,
  `unknown` LONGBLOB,
  epoch BIGINT UNSIGNED NOT NULL,
  hlc BIGINT UNSIGNED NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  -- JSON: the writes that this one had seen, as [[origin, seq], …].
  past LONGBLOB,
  revision BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (kind, id, name),
  KEY record_group_by_dot (origin, seq)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Groups that a clock far ahead has stamped.
CREATE TABLE quarantine (
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  name VARBINARY(1024) NOT NULL,
  body LONGBLOB NOT NULL,
  `unknown` LONGBLOB,
  epoch BIGINT UNSIGNED NOT NULL,
  hlc BIGINT UNSIGNED NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  past LONGBLOB,
  revision BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (kind, id, name),
  KEY quarantine_by_dot (origin, seq),
  KEY quarantine_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE claim (
  claim VARBINARY(1024) NOT NULL,
  holder VARBINARY(1024) NOT NULL,
  state VARBINARY(64) NOT NULL,
  birth_origin VARBINARY(64) NOT NULL,
  birth_seq BIGINT UNSIGNED NOT NULL,
  epoch BIGINT UNSIGNED NOT NULL,
  hlc BIGINT UNSIGNED NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (claim, birth_origin, birth_seq),
  KEY claim_by_dot (origin, seq),
  KEY claim_by_birth (birth_origin, birth_seq),
  KEY claim_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE tombstone (
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  birth_origin VARBINARY(64) NOT NULL,
  birth_seq BIGINT UNSIGNED NOT NULL,
  at_ms BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (kind, id, birth_origin, birth_seq),
  KEY tombstone_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE tombstone_dot (
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  birth_origin VARBINARY(64) NOT NULL,
  birth_seq BIGINT UNSIGNED NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (kind, id, birth_origin, birth_seq, origin, seq),
  KEY tombstone_by_dot (origin, seq)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What was removed without leaving a tombstone, for those who have not heard of it. Swept with the commits.
CREATE TABLE removal (
  revision BIGINT UNSIGNED NOT NULL,
  kind VARBINARY(1024) NOT NULL,
  id VARBINARY(1024) NOT NULL,
  birth_origin VARBINARY(64) NOT NULL,
  birth_seq BIGINT UNSIGNED NOT NULL,
  -- 'gone', or 'purged': a tombstone that is needed no more.
  how VARBINARY(64) NOT NULL,
  PRIMARY KEY (kind, id, birth_origin, birth_seq, how),
  KEY removal_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE head (
  origin VARBINARY(64) NOT NULL PRIMARY KEY,
  seq BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB;

CREATE TABLE gap (
  origin VARBINARY(64) NOT NULL,
  low BIGINT UNSIGNED NOT NULL,
  high BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (origin, low)
) ENGINE = InnoDB;

CREATE TABLE floor (
  origin VARBINARY(64) NOT NULL PRIMARY KEY,
  seq BIGINT UNSIGNED NOT NULL,
  revision BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB;

CREATE TABLE entry (
  position BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  stream VARBINARY(1024) NOT NULL,
  subject VARBINARY(1024) NOT NULL,
  at_ms BIGINT UNSIGNED NOT NULL,
  origin VARBINARY(64) NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  place BIGINT UNSIGNED NOT NULL,
  body LONGBLOB NOT NULL,
  revision BIGINT UNSIGNED NOT NULL,
  UNIQUE KEY entry_by_dot (origin, seq, place),
  KEY entry_by_stream (stream, position),
  KEY entry_by_subject (stream, subject, position),
  KEY entry_by_age (stream, at_ms),
  KEY entry_by_revision (revision)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
