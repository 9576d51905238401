-- Several mappings side by side, and how a table was when its mapping was set.

-- Which items a mapping is for (JSON: folders, modality, items), and its place among the others.
ALTER TABLE mapping ADD COLUMN applies TEXT NOT NULL DEFAULT '{}';
ALTER TABLE mapping ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- The mapping that a deposit was prepared with, by name.
ALTER TABLE deposit ADD COLUMN mapping TEXT NOT NULL DEFAULT '';

-- Marks of a table's cells, small and without their words, to say later what was changed.
CREATE TABLE mapping_table (
  mapping_id INTEGER PRIMARY KEY REFERENCES mapping (id) ON DELETE CASCADE,
  marks BLOB NOT NULL
);
