-- New versions of published records.

-- What becomes of a file in a new version: carry, replace or add; '' outside versions.
ALTER TABLE deposit_file ADD COLUMN plan TEXT NOT NULL DEFAULT ''
  CHECK (plan IN ('', 'carry', 'replace', 'add'));

-- What a new version changes (JSON: order, note, removed, clear); NULL where it is none.
ALTER TABLE deposit ADD COLUMN change TEXT;

-- What a run was for: '' the item's own files, else a new version's.
ALTER TABLE run ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
