-- How many commits this database has seen, whoever made them: a merge takes no transaction's number, but one of these.
ALTER TABLE meta ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
