-- One conversation. Times are nowhere but in the bodies, which are the messages of proto/agent.proto.

-- What there is once.
CREATE TABLE conversation (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    epoch  BLOB NOT NULL,           -- 8 bytes, big-endian: this life of the Log
    head   INTEGER NOT NULL,        -- the Offset of the next record
    spec   BLOB NOT NULL,           -- Spec: what it was begun with
    beside BLOB NOT NULL            -- Snapshot without entries: as it was at the last fold
) STRICT;

-- Records that are not folded yet.
CREATE TABLE record (
    at   INTEGER PRIMARY KEY,       -- its Offset
    body BLOB NOT NULL              -- Event
) STRICT;

-- What records came to.
CREATE TABLE entry (
    at    INTEGER PRIMARY KEY,      -- the Offset of the record that began it
    waits INTEGER NOT NULL,         -- 1: for a person
    body  BLOB NOT NULL             -- Entry
) STRICT;
CREATE INDEX entry_waits ON entry (at) WHERE waits = 1;

-- Prompts that wait for the end of a turn, whole.
CREATE TABLE queued (
    place INTEGER PRIMARY KEY,      -- the lowest is next
    body  BLOB NOT NULL             -- Said
) STRICT;

-- Wishes that were taken: each is done once.
CREATE TABLE wish (
    id BLOB PRIMARY KEY             -- 16 bytes
) STRICT, WITHOUT ROWID;

-- What each client's numbered inputs have come to.
CREATE TABLE inbox (
    client  BLOB PRIMARY KEY,       -- 16 bytes
    applied INTEGER NOT NULL        -- the newest that was applied
) STRICT, WITHOUT ROWID;
