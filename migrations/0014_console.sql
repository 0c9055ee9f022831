-- What the console remembers for an operator: one JSON object, as the client wrote it.
CREATE TABLE watchdxg_preferences (
    operator_id integer PRIMARY KEY,
    body text NOT NULL                                    -- compact
);

-- The secret of a second factor that was begun over HTTP and waits for its first code.
CREATE TABLE watchdxg_totp_offer (
    user_id integer PRIMARY KEY,
    secret text NOT NULL,                                 -- base32
    expires_at timestamp with time zone NOT NULL
);
