-- What operators wrote, one row for each request, and the rows that it touched as they were before and after: enough to
-- take it back.  Kept as long as the log.
CREATE TABLE watchdxg_edit (
    id text COLLATE "C" PRIMARY KEY,                      -- a UUID of version 7: ordered by time
    at timestamp with time zone NOT NULL,
    operator text,                                        -- the user name
    kind text NOT NULL,
    table_name text NOT NULL,                             -- what was written, as events name it
    users integer NOT NULL,                               -- how many X users it is about
    summary text NOT NULL,
    undoes text COLLATE "C",                              -- the edit that this one took back
    undone_by text COLLATE "C"                            -- the edit that took this one back
);
CREATE TABLE watchdxg_edited_row (
    edit_id text COLLATE "C" NOT NULL,
    row_id bigint NOT NULL,                               -- of an action its id, else that of the X user
    user_id bigint,                                       -- the X user that it is about
    before jsonb,                                         -- all columns; NULL: there was no such row
    after jsonb,
    sampled_before timestamp with time zone,              -- of a verdict, its mark in watchdxg_sampled_verdict
    PRIMARY KEY (edit_id, row_id)
);
CREATE INDEX watchdxg_edited_row_user ON watchdxg_edited_row (user_id);

ALTER TABLE watchdxg_log ADD COLUMN edit_id text;
ALTER TABLE watchdxg_event ADD COLUMN edit_id text;
ALTER TABLE watchdxg_idempotency_key ADD COLUMN edit_id text;  -- of the write, if it changed rows
