-- How far a job is, for windows and commands of other processes.
ALTER TABLE job ADD COLUMN bytes_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN bytes_total INTEGER NOT NULL DEFAULT 0;
