-- What the signals say of the core's users, computed once and kept (docs/adr/0018-kept-signals.md).  All of it can be
-- computed again from the core's tables: who empties these tables loses nothing but the time that this takes.
CREATE TABLE watchdxg_signal (
    user_id bigint PRIMARY KEY,
    account_id bigint NOT NULL,                           -- the X account; -1: none of ours
    person bigint NOT NULL,                               -- the row that stands for the person: mostly this one
    handle_key bigint,                                    -- of the handle in lower case; NULL: no handle
    own_month date,                                       -- of joining, the first day
    month date,                                           -- the person's: that of her other rows where this one has none
    template_key bigint,                                  -- what users may share; NULL: nothing
    bio_key bigint,
    link_key bigint,
    last_seen timestamp with time zone,                   -- to which ages are counted; NULL: to the day of computing
    posts_seen bigint NOT NULL,                           -- rows of posts
    value float8[] NOT NULL,                              -- of each signal, in the order of the rules
    strength float8[] NOT NULL,
    missing text NOT NULL,                                -- a digit for each signal: which inputs are
    wave integer,                                         -- people in the largest wave; NULL: not known
    risk float8,                                          -- for the weights in effect; NULL: no input is known
    tie float8 NOT NULL                                   -- a hash of the id: orders equal risks
);
CREATE INDEX watchdxg_signal_risk ON watchdxg_signal (risk DESC NULLS LAST, tie, user_id);
CREATE INDEX watchdxg_signal_account_risk ON watchdxg_signal (account_id, risk DESC NULLS LAST, tie, user_id);
CREATE INDEX watchdxg_signal_handle ON watchdxg_signal (account_id, handle_key);

-- Groups of people that look alike and are larger than chance explains; those of templates and bios are waves.
CREATE TABLE watchdxg_cohort (
    account_id bigint NOT NULL,
    kind text NOT NULL,                                   -- template, bio, link
    month date NOT NULL,
    key bigint NOT NULL,
    size bigint NOT NULL,
    expected float8 NOT NULL,
    PRIMARY KEY (account_id, kind, month, key)
);

-- A rank is counted from the nearest of these: about a thousand risks of each account.
CREATE TABLE watchdxg_risk_step (
    account_id bigint NOT NULL,
    risk float8 NOT NULL,
    below bigint NOT NULL,                                -- users of the account with a lower risk
    same bigint NOT NULL,                                 -- users with this risk
    total bigint NOT NULL,                                -- users with any risk
    PRIMARY KEY (account_id, risk)
);

-- One row: how far the tables above have come, and the process that is writing them.
CREATE TABLE watchdxg_signal_state (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    source text,                                          -- cluster, database, tables and rules that were read
    horizon bigint,                                       -- every transaction with a lower number is in
    day date,                                             -- to which ages without last_seen were counted
    holder text,
    held_until timestamp with time zone
);
INSERT INTO watchdxg_signal_state DEFAULT VALUES;
