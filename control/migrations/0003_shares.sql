-- Links by which guests look at one channel until a time. The code is kept as its SHA-256 only.

CREATE TABLE shares (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    code       BLOB NOT NULL UNIQUE CHECK (length(code) = 32),
    channel    BLOB NOT NULL CHECK (length(channel) = 16),
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms   INTEGER
) STRICT;

-- A guest is a device that came by a share: it holds the share's scopes for the share's channel, until the share is over.
ALTER TABLE devices ADD COLUMN share BLOB REFERENCES shares (id);

CREATE INDEX devices_by_share ON devices (share) WHERE share IS NOT NULL;
