-- Under which origins this database wrote before it was restored from a backup, and how far: those transactions are in
-- it, so they are heard of. What was written under an origin after that backup was made may be with other peers.
CREATE TABLE former_origin (
  origin TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  -- When the backup was made, and when it was restored, milliseconds.
  taken_at_ms INTEGER NOT NULL,
  restored_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
