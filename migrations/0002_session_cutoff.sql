-- One row per operator whose password we changed: tokens with `iat` at or before `not_before` are refused.
-- No foreign key: auth_user is truncated and restored by others.
CREATE TABLE watchdxg_session_cutoff (
    user_id integer PRIMARY KEY,
    not_before timestamp with time zone NOT NULL
);
