-- Verdicts that answer a place of triage which was drawn at random: what they say of the users not judged yet is not
-- coloured by whom the operator chose.  A mark whose verdict the core has removed counts for nothing.
CREATE TABLE watchdxg_sampled_verdict (
    user_id bigint PRIMARY KEY,
    sampled_at timestamp with time zone NOT NULL
);

-- The draw of a day begins somewhere in the order of the ties and goes on from there.
CREATE INDEX watchdxg_signal_tie ON watchdxg_signal (account_id, tie, user_id) WHERE person = user_id;

-- Users whom triage leaves out for a while.
CREATE TABLE watchdxg_snooze (
    user_id bigint PRIMARY KEY,
    until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL
);

-- The estimates of the audience as audience/ gives them; NULL: nothing could be estimated that day.
ALTER TABLE watchdxg_daily_snapshot ADD COLUMN audience json;
