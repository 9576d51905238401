-- What people do by hand with files and items: grouping, adding, accepting.

-- A file that a person grouped; label '' where it was only made the primary file of its item.
CREATE TABLE by_hand (
  root TEXT NOT NULL,
  path TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  is_primary INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
  PRIMARY KEY (root, path)
) WITHOUT ROWID;

CREATE TABLE by_hand_key (
  label TEXT PRIMARY KEY,
  key TEXT NOT NULL
) WITHOUT ROWID;

-- What was added from other places: a file by its path below an extra root, '' for all of it.
CREATE TABLE added (
  root_id INTEGER NOT NULL REFERENCES root (id),
  path TEXT NOT NULL,
  PRIMARY KEY (root_id, path)
) WITHOUT ROWID;

-- The problems that were accepted, who did it and when; a regrouping that waits for a person.
ALTER TABLE item ADD COLUMN accepted_problems TEXT;
ALTER TABLE item ADD COLUMN accepted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN accepted_at TEXT;
ALTER TABLE item ADD COLUMN pending TEXT;

-- What a file names, as it was read last.
ALTER TABLE file ADD COLUMN refs TEXT;
