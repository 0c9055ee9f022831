-- What an X account's audience was like at the end of each day (UTC), for /api/accounts/{handle}/history/.  A count that
-- the core's schema could not tell is NULL.
CREATE TABLE watchdxg_daily_snapshot (
    account_id bigint NOT NULL,
    day date NOT NULL,
    taken_at timestamp with time zone NOT NULL,           -- the last time of the day
    users_total bigint,
    users_followers bigint,
    users_certified bigint,
    users_harmful bigint,
    users_inactive bigint,
    users_sane bigint,
    users_unclassified bigint,
    posts_total bigint,
    posts_reposts bigint,
    actions_total bigint,
    PRIMARY KEY (account_id, day)
);

-- The core's users as they were last seen, one row for each, and what has last changed about them, for
-- /api/accounts/{handle}/changes/.
CREATE TABLE watchdxg_seen_user (
    account_id bigint NOT NULL,
    user_id bigint NOT NULL,
    handle text,
    following_count bigint,
    followers_count bigint,
    first_seen_at timestamp with time zone,               -- NULL: it was there when the account was first looked at
    gone_at timestamp with time zone,
    previous_handle text,                                 -- before renamed_at
    renamed_at timestamp with time zone,
    previous_following_count bigint,                      -- before following_jumped_at
    following_jumped_at timestamp with time zone,
    previous_followers_count bigint,                      -- before followers_jumped_at
    followers_jumped_at timestamp with time zone,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX watchdxg_seen_user_gone_at ON watchdxg_seen_user (gone_at) WHERE gone_at IS NOT NULL;
