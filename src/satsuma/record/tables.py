"""The fixed tables of the record: everything whose shape does not come from the catalog.

The statements make format 1. A later format changes them by a migration of its own (`record.migrations`) and
leaves these as they are, so that every workspace has gone the same way. The column `at` stands in quotes, as
DuckDB takes the bare word for a keyword. There are no keys or indexes in the
store: writers look before they write, and loading stays as fast as the disk.
"""

from __future__ import annotations

_ADMINISTRATION = """
CREATE TABLE catalogs (
    version UBIGINT NOT NULL, "at" TIMESTAMP NOT NULL, source VARCHAR NOT NULL
);
CREATE TABLE versions (
    version UBIGINT NOT NULL, "at" TIMESTAMP NOT NULL, actor UINTEGER NOT NULL, kind VARCHAR NOT NULL,
    detail VARCHAR
);
CREATE TABLE actors (
    id UINTEGER NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL
);
CREATE TABLE counters (
    name VARCHAR NOT NULL, next UBIGINT NOT NULL
);
CREATE TABLE imports (
    id UINTEGER NOT NULL, kind VARCHAR NOT NULL, target VARCHAR NOT NULL, source VARCHAR NOT NULL,
    state VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP,
    rows_read UBIGINT NOT NULL, accepted UBIGINT NOT NULL, duplicates UBIGINT NOT NULL,
    quarantined UBIGINT NOT NULL, position VARCHAR
);
CREATE TABLE import_chunks (
    import UINTEGER NOT NULL, chunk UBIGINT NOT NULL, source VARCHAR NOT NULL, version UBIGINT NOT NULL
);
CREATE TABLE quarantine (
    id UBIGINT NOT NULL, version UBIGINT NOT NULL, "at" TIMESTAMP NOT NULL, kind VARCHAR NOT NULL,
    target VARCHAR NOT NULL, import UINTEGER, source VARCHAR, position BIGINT NOT NULL,
    code VARCHAR NOT NULL, message VARCHAR NOT NULL, row VARCHAR NOT NULL, untyped BOOLEAN NOT NULL,
    replayed_version UBIGINT
);
CREATE TABLE uses (
    user_kind VARCHAR NOT NULL, user_id UINTEGER NOT NULL, used_kind VARCHAR NOT NULL,
    used_id UINTEGER NOT NULL
);
"""

_IDENTITY = """
CREATE TABLE attribute_sets (
    id UINTEGER NOT NULL, entity UINTEGER NOT NULL, attributes UINTEGER[] NOT NULL
);
CREATE TABLE aliases (
    entity UINTEGER NOT NULL, key VARCHAR NOT NULL, target VARCHAR NOT NULL
);
CREATE TABLE deletions (
    entity UINTEGER NOT NULL, key VARCHAR NOT NULL, deleted_at TIMESTAMP NOT NULL,
    version UBIGINT NOT NULL
);
"""

_MEMBERSHIPS = """
CREATE TABLE segments (
    id UINTEGER NOT NULL, name VARCHAR NOT NULL, name_folded VARCHAR NOT NULL,
    audience UINTEGER NOT NULL, kind VARCHAR NOT NULL, status VARCHAR NOT NULL, reason VARCHAR,
    timezone VARCHAR, definition_id UINTEGER, draft_id UINTEGER, description VARCHAR, owner VARCHAR,
    starts_at TIMESTAMP, ends_at TIMESTAMP, created_at TIMESTAMP NOT NULL,
    created_version UBIGINT NOT NULL, changed_at TIMESTAMP NOT NULL, as_of_version UBIGINT,
    folder VARCHAR
);
CREATE TABLE definitions (
    id UINTEGER NOT NULL, segment UINTEGER NOT NULL, number UINTEGER NOT NULL, source VARCHAR NOT NULL,
    canonical_hash VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL, created_version UBIGINT NOT NULL,
    actor UINTEGER NOT NULL
);
CREATE TABLE segment_tags (
    segment UINTEGER NOT NULL, tag VARCHAR NOT NULL
);
CREATE TABLE segment_tests (
    segment UINTEGER NOT NULL, key VARCHAR NOT NULL, expected BOOLEAN NOT NULL
);
CREATE TABLE segment_overrides (
    segment UINTEGER NOT NULL, key VARCHAR NOT NULL, rule VARCHAR NOT NULL, "at" TIMESTAMP NOT NULL,
    version UBIGINT NOT NULL, actor UINTEGER NOT NULL
);
CREATE TABLE static_members (
    segment UINTEGER NOT NULL, member UINTEGER NOT NULL, "at" TIMESTAMP NOT NULL,
    version UBIGINT NOT NULL
);
CREATE TABLE segment_members (
    segment UINTEGER NOT NULL, member UINTEGER NOT NULL
);
CREATE TABLE membership_changes (
    segment UINTEGER NOT NULL, member UINTEGER NOT NULL, version UBIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL, sign TINYINT NOT NULL, cause VARCHAR NOT NULL
);
"""

_LISTS = """
CREATE TABLE lists (
    id UINTEGER NOT NULL, name VARCHAR NOT NULL, name_folded VARCHAR NOT NULL,
    audience UINTEGER NOT NULL, subscription BOOLEAN NOT NULL, description VARCHAR,
    created_at TIMESTAMP NOT NULL, created_version UBIGINT NOT NULL
);
CREATE TABLE list_members (
    list UINTEGER NOT NULL, member UINTEGER NOT NULL
);
CREATE TABLE list_changes (
    list UINTEGER NOT NULL, member UINTEGER NOT NULL, version UBIGINT NOT NULL, "at" TIMESTAMP NOT NULL,
    sign TINYINT NOT NULL
);
CREATE TABLE consent_ledger (
    seq UBIGINT NOT NULL, member UINTEGER NOT NULL, audience UINTEGER NOT NULL, topic VARCHAR NOT NULL,
    state VARCHAR NOT NULL, "at" TIMESTAMP NOT NULL, contact_point VARCHAR, source VARCHAR,
    evidence VARCHAR, version UBIGINT NOT NULL, actor UINTEGER NOT NULL
);
"""

INDEX_CHANGES = """CREATE TABLE index_changes (
    version UBIGINT NOT NULL, kind VARCHAR NOT NULL, number UINTEGER NOT NULL, member UINTEGER
)"""
"""Since the second migration."""

DELETED_MEMBERS = "ALTER TABLE deletions ADD COLUMN member UINTEGER"
"""Since the fifth migration; null of who was deleted before it."""

MEMBERSHIP_SNAPSHOTS = (
    """CREATE TABLE membership_snapshots (
        segment UINTEGER NOT NULL, version UBIGINT NOT NULL, members UINTEGER[] NOT NULL,
        is_first BOOLEAN NOT NULL
    )""",
    """INSERT INTO membership_snapshots
        SELECT segment, (SELECT max(version) FROM versions), array_agg(member ORDER BY member), false
        FROM segment_members GROUP BY segment""",
    "DROP TABLE segment_members",
    # One sum over both parts: DuckDB carries a condition on the segment into each of them.
    """CREATE VIEW segment_members AS SELECT segment, member FROM (
        SELECT s.segment, unnest(s.members) AS member, 1::TINYINT AS sign FROM membership_snapshots s
        JOIN (SELECT segment, max(version) AS version FROM membership_snapshots GROUP BY segment) n
        ON n.segment = s.segment AND n.version = s.version
        UNION ALL SELECT c.segment, c.member, c.sign FROM membership_changes c
        LEFT JOIN (SELECT segment, max(version) AS version FROM membership_snapshots GROUP BY segment) n
        ON n.segment = c.segment WHERE n.version IS NULL OR c.version > n.version
    ) GROUP BY segment, member HAVING sum(sign) > 0""",
)
"""Since the third migration: members of segments are snapshots and what changed since. `is_first`: nothing
that came before is kept."""

MEMBER_BITS_BEFORE = (
    "DROP VIEW segment_members",
    "CREATE TABLE _lists AS SELECT segment, version, members, is_first FROM membership_snapshots",
    "DROP TABLE membership_snapshots",
    """CREATE TABLE membership_snapshots (
        segment UINTEGER NOT NULL, version UBIGINT NOT NULL, members BIT NOT NULL,
        is_first BOOLEAN NOT NULL
    )""",
)
MEMBER_BITS_AFTER = (
    "DROP TABLE _lists",
    """CREATE VIEW segment_members AS SELECT segment, member FROM (
        SELECT segment, member, 1::TINYINT AS sign FROM (
            SELECT s.segment, s.members, unnest(range(bit_length(s.members)))::UINTEGER AS member
            FROM membership_snapshots s
            JOIN (SELECT segment, max(version) AS version FROM membership_snapshots GROUP BY segment) n
            ON n.segment = s.segment AND n.version = s.version
        ) WHERE get_bit(members, member::INTEGER) = 1
        UNION ALL SELECT c.segment, c.member, c.sign FROM membership_changes c
        LEFT JOIN (SELECT segment, max(version) AS version FROM membership_snapshots GROUP BY segment) n
        ON n.segment = c.segment WHERE n.version IS NULL OR c.version > n.version
    ) GROUP BY segment, member HAVING sum(sign) > 0""",
)
"""Since the fourth migration: members in snapshots are bits (`record.member_bits`)."""

STATEMENTS = tuple(
    f"{statement};"
    for part in (_ADMINISTRATION, _IDENTITY, _MEMBERSHIPS, _LISTS)
    for statement in part.strip().removesuffix(";").split(";")
)
"""What makes them, one statement each."""
