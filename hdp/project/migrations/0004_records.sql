-- What is known of a published record afterwards: edits of its metadata, and its last verification.

-- The metadata that an open edit of a published record is to bring (JSON), written before it is sent.
ALTER TABLE deposit ADD COLUMN edit TEXT;
-- When its metadata was last replaced in the repository, and when its files were last compared.
ALTER TABLE deposit ADD COLUMN edited TEXT;
ALTER TABLE deposit ADD COLUMN verified TEXT;
