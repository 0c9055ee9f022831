-- The second factor of an operator who has one (RFC 6238).
CREATE TABLE watchdxg_totp (
    user_id integer PRIMARY KEY,
    secret text NOT NULL,                                 -- base32, as authenticator apps take it
    last_step bigint NOT NULL,                            -- of the last code that was used: none works twice
    enabled_at timestamp with time zone NOT NULL
);

-- SHA-256 of each recovery code that has not been used.
CREATE TABLE watchdxg_recovery_code (
    user_id integer NOT NULL,
    code_hash text NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
