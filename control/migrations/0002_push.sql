-- Where devices want to be told of things while nobody looks. An endpoint is known to its push service and its device
-- alone, and belongs to the device that showed it last.

CREATE TABLE push_subscriptions (
    id         INTEGER PRIMARY KEY,
    endpoint   TEXT NOT NULL UNIQUE,
    device     BLOB NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    p256dh     BLOB NOT NULL CHECK (length(p256dh) = 65),
    auth       BLOB NOT NULL CHECK (length(auth) = 16),
    wants      TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX push_subscriptions_by_device ON push_subscriptions (device);
