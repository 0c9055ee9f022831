-- PostgreSQL counts rows of transactions that failed among those inserted, updated and deleted, but not among those that
-- were modified since the table was last analyzed.  What differs between two looks did not happen.
ALTER TABLE watchdxg_watched_table ADD COLUMN modified bigint NOT NULL DEFAULT 0;        -- since it was last analyzed
ALTER TABLE watchdxg_watched_table ADD COLUMN analyzed bigint NOT NULL DEFAULT -1;       -- how often; -1: not yet looked at
ALTER TABLE watchdxg_watched_table ADD COLUMN failed_changes bigint NOT NULL DEFAULT 0;  -- of `changes`, those of failures
