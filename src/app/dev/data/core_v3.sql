-- The tables of watchdxg-core as it makes them today (its third generation, from 2025-06-28), for a database that
-- the core has not filled. Facts of the core, not a design of ours: column types and constraints are what it writes
-- to, so that it can fill the same database afterwards.

CREATE TABLE IF NOT EXISTS accounts (
    id      SERIAL PRIMARY KEY,
    handle  VARCHAR(255),
    UNIQUE (handle)
);

CREATE TABLE IF NOT EXISTS users (
    id               SERIAL PRIMARY KEY,
    account_id       INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    handle           VARCHAR(255),
    username         VARCHAR(255),
    certified        BOOLEAN,
    bio              TEXT,
    created_at       DATE,
    following_count  INTEGER,
    followers_count  INTEGER,
    following_str    VARCHAR(255),
    followers_str    VARCHAR(255),
    featured_url     VARCHAR,
    follower         BOOLEAN,
    last_updated     TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (handle, created_at)
);

CREATE TABLE IF NOT EXISTS posts (
    id         BIGINT PRIMARY KEY,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    timestamp  TIMESTAMPTZ,
    username   VARCHAR(255),
    handle     VARCHAR(255),
    text       TEXT,
    reposts    INTEGER,
    likes      INTEGER,
    replies    INTEGER,
    views      INTEGER,
    repost     BOOLEAN,
    UNIQUE (id, repost)
);

CREATE TABLE IF NOT EXISTS classification (
    user_id        INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    harmful        BOOLEAN DEFAULT FALSE,
    inactive       BOOLEAN DEFAULT FALSE,
    classified_at  TIMESTAMPTZ DEFAULT NOW(),
    notes          TEXT
);

CREATE TABLE IF NOT EXISTS actions (
    id           SERIAL PRIMARY KEY,
    user_id      INTEGER REFERENCES users (id) ON DELETE CASCADE,
    action_type  VARCHAR(50),
    timestamp    TIMESTAMPTZ DEFAULT NOW(),
    notes        TEXT
);

CREATE OR REPLACE FUNCTION update_last_updated_column() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
BEGIN
    NEW.last_updated = NOW();
    RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS set_last_updated ON users;

CREATE TRIGGER set_last_updated
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION update_last_updated_column();
