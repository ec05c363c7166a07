"""The tables of the state of a build, and their indexes."""

from __future__ import annotations

FILE = "state.sqlite"
# The page of findings about files that are none.
NO_PAGE = 0

TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, position TEXT NOT NULL, relative TEXT NOT NULL,
    named INTEGER NOT NULL, size INTEGER, modified INTEGER, sha256 TEXT, version TEXT, state TEXT NOT NULL,
    kind TEXT, name TEXT, graph TEXT, revision TEXT, line INTEGER, loaded TEXT, tables TEXT,
    quads INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS page_by_name ON page (name);
CREATE INDEX IF NOT EXISTS page_by_graph ON page (graph);
CREATE INDEX IF NOT EXISTS page_by_revision ON page (revision);
CREATE INDEX IF NOT EXISTS page_by_state ON page (state, position);
CREATE TABLE IF NOT EXISTS companion (
    path TEXT PRIMARY KEY, position TEXT NOT NULL, relative TEXT NOT NULL, size INTEGER, modified INTEGER, sha256 TEXT,
    version TEXT, page_kind TEXT NOT NULL, page_name TEXT NOT NULL, kind TEXT NOT NULL, expected INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS companion_by_name ON companion (page_name);
CREATE TABLE IF NOT EXISTS definition (page INTEGER, topic TEXT, key TEXT, value TEXT);
CREATE TABLE IF NOT EXISTS lookup (page INTEGER, topic TEXT, key TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS shared (page INTEGER, subject TEXT);
CREATE TABLE IF NOT EXISTS description (
    digest INTEGER PRIMARY KEY, subject TEXT NOT NULL, text BLOB NOT NULL, is_foreign INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS said (page INTEGER, digest INTEGER, space TEXT);
CREATE TABLE IF NOT EXISTS uses (batch INTEGER, dataset TEXT, data TEXT, PRIMARY KEY (batch, dataset));
CREATE TABLE IF NOT EXISTS unsettled (subject TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS suspect (shape INTEGER, subject TEXT, PRIMARY KEY (shape, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (page INTEGER, kind TEXT, found INTEGER, refused INTEGER);
CREATE TABLE IF NOT EXISTS refusal (page INTEGER, path TEXT, reason TEXT);
CREATE TABLE IF NOT EXISTS finding (
    page INTEGER, path TEXT, line INTEGER, rank INTEGER, rule TEXT, key TEXT, value TEXT, focus TEXT, body TEXT);
"""
# What one run notes for its later stages: look-ups whose answers may have changed, and files of another commit.
RUN_TABLES = """
CREATE TEMP TABLE touched (topic TEXT, key TEXT);
CREATE TEMP TABLE moved (path TEXT, old TEXT, new TEXT);
CREATE TEMP TABLE answer (topic TEXT, key TEXT, text TEXT, PRIMARY KEY (topic, key));
"""
# Made when the bulk is in: an index that grows row by row costs three times as much.
INDEXES = """
CREATE INDEX IF NOT EXISTS definition_by_page ON definition (page);
CREATE INDEX IF NOT EXISTS definition_by_key ON definition (topic, key);
CREATE INDEX IF NOT EXISTS lookup_by_page ON lookup (page);
CREATE INDEX IF NOT EXISTS lookup_by_key ON lookup (topic, key);
CREATE INDEX IF NOT EXISTS shared_by_page ON shared (page);
CREATE INDEX IF NOT EXISTS shared_by_subject ON shared (subject);
CREATE INDEX IF NOT EXISTS said_by_page ON said (page);
CREATE INDEX IF NOT EXISTS said_by_digest ON said (digest);
CREATE INDEX IF NOT EXISTS description_by_subject ON description (subject);
CREATE INDEX IF NOT EXISTS tally_by_page ON tally (page);
CREATE INDEX IF NOT EXISTS refusal_by_page ON refusal (page);
CREATE INDEX IF NOT EXISTS finding_by_page ON finding (page);
CREATE INDEX IF NOT EXISTS finding_by_focus ON finding (focus);
"""
# The tables that have rows of their own for each page.
DETAILS = ("definition", "lookup", "shared", "said", "tally", "refusal", "finding")
