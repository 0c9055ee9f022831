-- How probable it is that a user with a score is harmful, one model for each X account, learnt from the sampled verdicts
-- (docs/insight.md).  All of it can be computed again: who empties this table loses nothing but a few seconds.
CREATE TABLE watchdxg_probability (
    account_id bigint PRIMARY KEY,
    made_of text NOT NULL,                                -- a hash of the verdicts, scores and ranks that it was learnt from
    intercept float8,                                     -- of Platt's curve; NULL: there is no model
    slope float8,
    tenths float8[]                                       -- of each tenth of the rank; NULL: the curve is better
);
