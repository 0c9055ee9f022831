-- What the server did and what went wrong, for /api/logs/.
CREATE TABLE watchdxg_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamp with time zone NOT NULL,
    level text NOT NULL,
    event text NOT NULL,
    operator text,                                        -- the user name
    address text,
    request_id text,
    user_id bigint,                                       -- the X user that a change was about
    before jsonb,
    after jsonb,
    message text
);
CREATE INDEX watchdxg_log_time ON watchdxg_log (time);
