/**
 * Tables of the embedded mode, as a list of migrations: the file's `user_version` counts those applied; none is ever edited.
 *
 * Every topic is a table whose primary key is the offset. AUTOINCREMENT: an offset is never given twice, even after deletion. Compacted
 * topics keep one row a key. `readings` has typed columns; members without a column are in `rest`, and a value that is no
 * reading at all is in `rest` with `series` null.
 */

const log = (table: string): string => `
CREATE TABLE ${table} (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  stored_at INTEGER NOT NULL
) STRICT;`;

const compacted = (table: string): string => `
CREATE TABLE ${table} (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL
) STRICT;`;

export const migrations: readonly string[] = [
  `
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  building TEXT NOT NULL,
  meter TEXT NOT NULL,
  UNIQUE (building, meter)
) STRICT;

CREATE TABLE readings (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  series INTEGER REFERENCES series (id),
  at INTEGER,
  energy_import_wh INTEGER,
  resolution_wh INTEGER,
  power_w REAL,
  apparent_power_va REAL,
  energy_export_wh INTEGER,
  source TEXT,
  received_at INTEGER,
  key TEXT,
  rest TEXT,
  stored_at INTEGER NOT NULL
) STRICT;
CREATE INDEX readings_by_instant ON readings (series, at);

CREATE TABLE results (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT,
  building TEXT,
  start INTEGER,
  meter TEXT,
  period TEXT,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX results_by_start ON results (kind, building, start);

CREATE TABLE telemetry (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  kind TEXT,
  building TEXT,
  subject TEXT,
  at INTEGER,
  value TEXT NOT NULL,
  stored_at INTEGER NOT NULL
) STRICT;
CREATE INDEX telemetry_by_subject ON telemetry (kind, building, subject, at);
CREATE INDEX telemetry_by_instant ON telemetry (kind, building, at);
${compacted('state')}
${compacted('events')}
${log('late')}
${log('rejects')}
${log('notifications')}

CREATE TABLE positions (
  consumer TEXT NOT NULL,
  topic TEXT NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (consumer, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE owners (
  consumer TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
];
