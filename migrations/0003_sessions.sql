-- One row per login that is still good for something: the session, from the first pair of tokens to the last.
-- No foreign keys: auth_user and the token tables are truncated and restored by others.
CREATE TABLE watchdxg_session (
    family bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,         -- of the current refresh token
    refresh_jti character varying(255) NOT NULL,          -- the current one
    previous_jti character varying(255),                  -- the one that it replaced
    access_jti character varying(255) NOT NULL,           -- of the access token that came with it
    access_expires_at timestamp with time zone NOT NULL,
    address text,                                         -- of the last login or refresh
    user_agent text
);
CREATE INDEX watchdxg_session_user_id ON watchdxg_session (user_id);

-- Every pair of tokens that was issued and of which one may still be valid, by the `jti` of either.
CREATE TABLE watchdxg_session_token (
    refresh_jti character varying(255) PRIMARY KEY,
    access_jti character varying(255) CONSTRAINT watchdxg_session_token_access_jti UNIQUE,  -- NULL: of the original
    family bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,         -- of the one that lives longer
    ended boolean NOT NULL DEFAULT false                  -- the session was ended: neither is good any more
);
CREATE INDEX watchdxg_session_token_family ON watchdxg_session_token (family);
CREATE INDEX watchdxg_session_token_expires_at ON watchdxg_session_token (expires_at);

-- From where somebody has logged in: the throttle of failed logins in total never refuses these (30 days).
CREATE TABLE watchdxg_login_address (
    address text PRIMARY KEY,
    last_login_at timestamp with time zone NOT NULL
);
