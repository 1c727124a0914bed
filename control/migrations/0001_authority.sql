-- Times are milliseconds since the Unix epoch. Tokens and codes are kept as their SHA-256 only.

CREATE TABLE gateway (
    one              INTEGER PRIMARY KEY CHECK (one = 1),
    id               TEXT NOT NULL,
    revocation_epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    created_ms INTEGER NOT NULL,
    retired_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX one_signing_key_is_current ON signing_keys (retired_ms IS NULL) WHERE retired_ms IS NULL;

CREATE TABLE devices (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT NOT NULL,
    issuer        TEXT,
    subject       TEXT,
    scopes        TEXT NOT NULL,
    workspaces    TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL,
    revoked_ms    INTEGER,
    revoked_epoch INTEGER,
    CHECK ((issuer IS NULL) = (subject IS NULL)),
    CHECK ((revoked_ms IS NULL) = (revoked_epoch IS NULL))
) STRICT;

CREATE INDEX devices_by_revocation ON devices (revoked_epoch) WHERE revoked_epoch IS NOT NULL;

-- One row a device: the newest token that was presented, and its successor, which was not yet.
CREATE TABLE refresh_families (
    device     BLOB PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    leaf       BLOB NOT NULL CHECK (length(leaf) = 32),
    parent     BLOB CHECK (length(parent) = 32),
    attempt    INTEGER,
    rotated_ms INTEGER,
    used_ms    INTEGER NOT NULL,
    CHECK ((parent IS NULL) = (attempt IS NULL) AND (parent IS NULL) = (rotated_ms IS NULL))
) STRICT;

CREATE TABLE pairings (
    code        BLOB PRIMARY KEY CHECK (length(code) = 32),
    scopes      TEXT NOT NULL,
    workspaces  TEXT NOT NULL,
    expires_ms  INTEGER NOT NULL,
    redeemed_ms INTEGER
) STRICT;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    event   TEXT NOT NULL,
    actor   TEXT NOT NULL,
    device  BLOB,
    address TEXT,
    detail  TEXT NOT NULL,
    count   INTEGER NOT NULL CHECK (count > 0)
) STRICT;

CREATE TRIGGER audit_rows_are_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_rows_are_never_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- INSERT OR REPLACE removes the old row without asking the trigger above.
CREATE TRIGGER audit_rows_are_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
