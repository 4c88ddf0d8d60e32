-- Entries by age, for what is older than it is to be kept. Positions do not tell: what another peer wrote long ago may
-- arrive today.
CREATE INDEX entry_by_age ON entry (stream, at_ms);
