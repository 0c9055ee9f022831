-- How many people the users of an X account are: the core stored some of them as several rows.  NULL for days before.
ALTER TABLE watchdxg_daily_snapshot ADD COLUMN users_people bigint;
