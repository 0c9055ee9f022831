-- What has changed, for /api/events/, so that a listener that was away can catch up.  Numbers are given under the lock
-- of watchdxg_event_state: a greater one was committed later, and none is missing.
CREATE TABLE watchdxg_event (
    id bigint PRIMARY KEY,
    table_name text NOT NULL,
    account_id integer,                                   -- NULL: not known, or of users without an account
    ids jsonb,                                            -- of the rows; NULL: not known, or too many
    at timestamp with time zone NOT NULL
);
CREATE TABLE watchdxg_event_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_id bigint NOT NULL,                              -- of the newest event
    pruned_id bigint NOT NULL                             -- events up to this one are gone
);
INSERT INTO watchdxg_event_state (last_id, pruned_id) VALUES (0, 0);

-- The core's tables as they were last seen, by whichever of our processes looked.
CREATE TABLE watchdxg_watched_table (
    table_name text PRIMARY KEY,
    relation oid,                                         -- NULL: nobody has looked yet; 0: it was not there
    file oid,                                             -- another one after TRUNCATE
    changes bigint NOT NULL DEFAULT 0,                    -- rows inserted, updated and deleted, as PostgreSQL counts them
    own_changes bigint NOT NULL DEFAULT 0,                -- those made by us: they have their own events
    foreign_changes bigint NOT NULL DEFAULT 0             -- of others, up to here there has been an event
);
INSERT INTO watchdxg_watched_table (table_name)
VALUES ('accounts'), ('users'), ('posts'), ('classification'), ('actions');

-- Answers of writes, so that a repeated one gets the same answer instead of happening twice.
CREATE TABLE watchdxg_idempotency_key (
    operator_id integer NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,                           -- SHA-256 of what was asked for
    status integer NOT NULL,
    response text NOT NULL,                               -- the body
    created_at timestamp with time zone NOT NULL,
    PRIMARY KEY (operator_id, key)
);
CREATE INDEX watchdxg_idempotency_key_created_at ON watchdxg_idempotency_key (created_at);
