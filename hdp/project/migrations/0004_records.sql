-- What is known of a published record afterwards: edits of its metadata, and its last verification.

-- The metadata that an open edit of a published record is to bring (JSON), written before it is sent.
ALTER TABLE deposit ADD COLUMN edit TEXT;
-- When its metadata was last replaced in the repository, and when its files were last compared.
ALTER TABLE deposit ADD COLUMN edited TEXT;
ALTER TABLE deposit ADD COLUMN verified TEXT;

-- What the repository made of it, or what was changed on its site (findings, JSON); what a
-- community's curators did and said (JSON).
ALTER TABLE deposit ADD COLUMN site TEXT NOT NULL DEFAULT '[]';
ALTER TABLE deposit ADD COLUMN review TEXT;
-- The repository's address when it was sent there: an environment's name may be given to another.
ALTER TABLE deposit ADD COLUMN base_url TEXT NOT NULL DEFAULT '';

-- What lists ask of each item in an environment, without the pages that hold its metadata.
CREATE INDEX deposit_of_item ON deposit (env, item_id, state, prepared);
