-- Pipelines that need the DOI of a draft, and what names a run.

-- What a pipeline is still to do to a draft that was made for its DOI (JSON: pipeline, use, params,
-- doi, error); NULL where nothing waits. A discarded draft keeps why its pipeline failed.
ALTER TABLE deposit ADD COLUMN pending TEXT;

-- What names all that matters to a run; it stood among the answers.
ALTER TABLE run ADD COLUMN key TEXT NOT NULL DEFAULT '';
UPDATE run SET key = COALESCE(json_extract(params, '$."hdp:key"'), ''),
  params = json_remove(params, '$."hdp:key"');
