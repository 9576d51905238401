-- Generated from migrations/ by tools/write_schema.py; do not edit.

CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  created TEXT NOT NULL,
  place TEXT NOT NULL DEFAULT ''
);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  lock TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT
) WITHOUT ROWID;

CREATE TABLE root (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('input', 'output', 'extra')),
  path TEXT NOT NULL
);

CREATE TABLE file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  root_id INTEGER NOT NULL REFERENCES root (id),
  path TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  mtime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  sha256 TEXT NOT NULL DEFAULT '',
  md5 TEXT NOT NULL DEFAULT '',
  media_type TEXT NOT NULL DEFAULT 'application/octet-stream',
  status TEXT NOT NULL CHECK (status IN (
    'valid', 'invalid', 'problems', 'material-missing', 'textures-missing', 'conflict', 'missing', 'changed')),
  problems TEXT NOT NULL DEFAULT '[]', refs TEXT,
  UNIQUE (root_id, path)
);

CREATE TABLE item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  primary_file INTEGER REFERENCES file (id),
  set_aside TEXT,
  accepted TEXT,
  problems TEXT NOT NULL DEFAULT '[]',
  created TEXT NOT NULL
, accepted_problems TEXT, accepted_by TEXT NOT NULL DEFAULT '', accepted_at TEXT, pending TEXT);

CREATE INDEX item_by_primary ON item (primary_file);

CREATE TABLE item_file (
  item_id INTEGER NOT NULL REFERENCES item (id),
  file_id INTEGER NOT NULL REFERENCES file (id),
  role TEXT NOT NULL CHECK (role IN (
    'primary', 'member', 'material', 'texture', 'buffer', 'sidecar', 'documentation', 'archive', 'derived', 'metadata')),
  parent INTEGER REFERENCES file (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (item_id, file_id)
) WITHOUT ROWID;

CREATE INDEX item_file_by_file ON item_file (file_id);

CREATE TABLE override (
  item_id INTEGER NOT NULL REFERENCES item (id),
  env TEXT NOT NULL DEFAULT '',
  field TEXT NOT NULL,
  value TEXT,
  locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
  PRIMARY KEY (item_id, env, field)
) WITHOUT ROWID;

CREATE TABLE mapping (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  hash TEXT NOT NULL,
  base TEXT NOT NULL,
  table_path TEXT NOT NULL DEFAULT '',
  table_digest TEXT NOT NULL DEFAULT '',
  file TEXT NOT NULL DEFAULT '',
  active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
  created TEXT NOT NULL
, applies TEXT NOT NULL DEFAULT '{}', position INTEGER NOT NULL DEFAULT 0);

CREATE UNIQUE INDEX one_active_mapping ON mapping (active) WHERE active = 1;

CREATE TABLE deposit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item_id INTEGER NOT NULL REFERENCES item (id),
  env TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared', 'draft', 'in_review', 'published', 'discarded')),
  doing TEXT CHECK (doing IN ('create', 'upload', 'publish', 'submit', 'edit', 'discard', 'version')),
  doing_since TEXT,
  doing_until TEXT,
  owner TEXT REFERENCES session (id),
  candidates TEXT,
  account TEXT NOT NULL DEFAULT '',
  key TEXT NOT NULL UNIQUE,
  remote_id TEXT,
  concept_id TEXT,
  doi TEXT,
  concept_doi TEXT,
  version TEXT,
  url TEXT,
  title TEXT NOT NULL DEFAULT '',
  metadata TEXT NOT NULL DEFAULT '{}',
  origins TEXT NOT NULL DEFAULT '{}',
  findings TEXT NOT NULL DEFAULT '[]',
  mapping_hash TEXT NOT NULL DEFAULT '',
  readback TEXT,
  pipeline TEXT NOT NULL DEFAULT '',
  previous INTEGER REFERENCES deposit (id),
  prepared TEXT NOT NULL,
  drafted TEXT,
  published TEXT, mapping TEXT NOT NULL DEFAULT '', edit TEXT, edited TEXT, verified TEXT, site TEXT NOT NULL DEFAULT '[]', review TEXT, base_url TEXT NOT NULL DEFAULT '', change TEXT, pending TEXT,
  CHECK (doing IS NULL OR owner IS NOT NULL),
  CHECK (state NOT IN ('draft', 'in_review', 'published') OR remote_id IS NOT NULL)
);

CREATE UNIQUE INDEX one_live_deposit ON deposit (item_id, env) WHERE state IN ('prepared', 'draft', 'in_review');

CREATE UNIQUE INDEX one_owner_of_remote ON deposit (env, remote_id)
  WHERE remote_id IS NOT NULL AND state != 'discarded';

CREATE INDEX deposit_by_state ON deposit (env, state);

CREATE TABLE deposit_file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  deposit_id INTEGER NOT NULL REFERENCES deposit (id) ON DELETE CASCADE,
  root TEXT NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  md5 TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'uploading', 'uploaded', 'failed')),
  remote_id TEXT,
  remote_checksum TEXT,
  error TEXT, plan TEXT NOT NULL DEFAULT ''
  CHECK (plan IN ('', 'carry', 'replace', 'add')),
  UNIQUE (deposit_id, name)
);

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item_id INTEGER NOT NULL REFERENCES item (id),
  pipeline TEXT NOT NULL,
  source TEXT NOT NULL,
  params TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  folder TEXT NOT NULL DEFAULT '',
  steps TEXT NOT NULL DEFAULT '[]',
  metadata TEXT NOT NULL DEFAULT '[]',
  uploads TEXT NOT NULL DEFAULT '[]',
  error TEXT,
  started TEXT NOT NULL,
  finished TEXT
, purpose TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '');

CREATE INDEX run_by_item ON run (item_id, pipeline);

CREATE TABLE artifact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  port TEXT NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  md5 TEXT NOT NULL,
  derived_from TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  env TEXT NOT NULL DEFAULT '',
  args TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  owner TEXT REFERENCES session (id),
  error TEXT,
  created TEXT NOT NULL,
  started TEXT,
  finished TEXT
, bytes_done INTEGER NOT NULL DEFAULT 0, bytes_total INTEGER NOT NULL DEFAULT 0);

CREATE TABLE task (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  subject INTEGER NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN (
    'queued', 'running', 'done', 'failed', 'cancelled', 'interrupted', 'skipped')),
  message TEXT NOT NULL DEFAULT '',
  error TEXT,
  UNIQUE (job_id, subject)
);

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

CREATE TABLE added (
  root_id INTEGER NOT NULL REFERENCES root (id),
  path TEXT NOT NULL,
  PRIMARY KEY (root_id, path)
) WITHOUT ROWID;

CREATE TABLE mapping_table (
  mapping_id INTEGER PRIMARY KEY REFERENCES mapping (id) ON DELETE CASCADE,
  marks BLOB NOT NULL
);

CREATE INDEX deposit_of_item ON deposit (env, item_id, state, prepared);
