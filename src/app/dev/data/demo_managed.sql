-- What this server would have kept about the account `demo` in the 90 days before today: the counts of each day, and
-- who came, was renamed, jumped, and is gone.
-- Runs after demo.sql in its transaction, whose tables and functions it uses, and after the migrations.

-- Where the core's tables were there before and have been dropped, this is about rows that are gone.
DELETE FROM watchdxg_daily_snapshot WHERE account_id = 1;
DELETE FROM watchdxg_seen_user WHERE account_id = 1;
DELETE FROM watchdxg_edit
WHERE id IN (SELECT edit_id FROM watchdxg_edited_row WHERE user_id IN (SELECT n FROM crowd));
DELETE FROM watchdxg_edited_row WHERE user_id IN (SELECT n FROM crowd);
DELETE FROM watchdxg_sampled_verdict WHERE user_id IN (SELECT n FROM crowd);
DELETE FROM watchdxg_snooze WHERE user_id IN (SELECT n FROM crowd);
DELETE FROM watchdxg_planned_action WHERE user_id IN (SELECT n FROM crowd);
DELETE FROM watchdxg_exemption WHERE handle IN (SELECT lower(handle) FROM crowd);

-- Today's row is left to the server.
INSERT INTO watchdxg_daily_snapshot (account_id, day, taken_at, users_total, users_people, users_followers,
                                     users_certified, users_harmful, users_inactive, users_sane, users_unclassified,
                                     posts_total, posts_reposts, actions_total)
SELECT 1, pg_temp.today() - back, night - interval '30 seconds',
    users.total, users.total - users.doubles, users.followers, users.certified,
    verdicts.harmful, verdicts.inactive, verdicts.sane, users.total - verdicts.total,
    posts.total, posts.reposts, actions.total
FROM generate_series(1, 89) AS back
CROSS JOIN LATERAL (SELECT pg_temp.ago(back - 1) AS night) AS ends
CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE kind = 'twice') - 1 AS doubles,
                           count(*) FILTER (WHERE follower) AS followers, count(*) FILTER (WHERE certified) AS certified
                    FROM crowd
                    WHERE came_at < night AND NOT (is_gone AND gone_at < night)) AS users
CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE bad) AS harmful,
                           count(*) FILTER (WHERE idle) AS inactive,
                           count(*) FILTER (WHERE NOT bad AND NOT idle) AS sane
                    FROM judged
                    WHERE at < night) AS verdicts
CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE repost) AS reposts
                    FROM posts AS p
                    JOIN crowd ON n = p.user_id
                    WHERE timestamp < night AND came_at < night) AS posts
CROSS JOIN LATERAL (SELECT count(*) AS total FROM actions AS a WHERE a.timestamp < night) AS actions;

INSERT INTO watchdxg_seen_user (account_id, user_id, handle, following_count, followers_count, first_seen_at, gone_at,
                                previous_handle, renamed_at, previous_followers_count, followers_jumped_at)
SELECT 1, n, handle, pg_temp.as_read(following_str), followers_now,
    CASE WHEN n > 400 THEN came_at + interval '1 minute' END,
    CASE WHEN is_gone THEN gone_at END,
    CASE WHEN is_renamed THEN left(last, 9) || pg_temp.pick('{_real,ito,_99,_home}', n, 'former') END,
    CASE WHEN is_renamed THEN pg_temp.ago(1.9 + n % 61) END,
    CASE WHEN has_jumped THEN CASE WHEN n % 2 = 0 THEN followers_now / 4 ELSE followers_now * 3 END END,
    CASE WHEN has_jumped THEN pg_temp.ago(1.8 + n % 47) END
FROM (
    SELECT *, pg_temp.as_read(followers_str) AS followers_now, n IN (36, 112, 187, 301, 388) AS is_renamed,
        n IN (SELECT n FROM crowd
              WHERE kind = 'person' AND NOT is_gone AND n < 400
                  AND pg_temp.as_read(followers_str) BETWEEN 400 AND 9000
              ORDER BY pg_temp.chance(n, 'jump')
              LIMIT 6) AS has_jumped
    FROM crowd
) AS kept;

-- Triage: the verdicts on users whom it had drawn, and some users who are left for later.
INSERT INTO watchdxg_sampled_verdict (user_id, sampled_at)
SELECT n, at FROM judged WHERE is_sampled;

INSERT INTO watchdxg_snooze (user_id, until, created_at)
SELECT n, pg_temp.ago(-3 - pg_temp.one_of(40, n, 'snoozed for')), pg_temp.ago(0.2 + 0.1 * pg_temp.chance(n, 'snoozed'))
FROM crowd
WHERE NOT is_gone AND kind IN ('person', 'bot') AND came_at < pg_temp.ago(1) AND n NOT IN (SELECT n FROM judged)
ORDER BY pg_temp.chance(n, 'snooze')
LIMIT 12;

-- Blocks for a worker: some are done, the others wait; and some users who are left alone.
INSERT INTO watchdxg_planned_action (user_id, account_id, handle, action_type, state, cause, attempts, worker, created_at,
                                     finished_at)
SELECT n, 1, handle, 'block', 'done', 'judged harmful', 1, 'core', a.timestamp - interval '3 hours', a.timestamp
FROM actions AS a
JOIN crowd ON n = a.user_id
WHERE a.action_type = 'block'
ORDER BY a.timestamp DESC, a.id DESC
LIMIT 6;

INSERT INTO watchdxg_planned_action (user_id, account_id, handle, action_type, state, cause, not_before, created_at)
SELECT n, 1, handle, 'block', 'planned', 'judged harmful', CASE WHEN place % 4 = 0 THEN pg_temp.ago(-2) END,
    pg_temp.ago(0.3)
FROM (
    SELECT n, handle, row_number() OVER (ORDER BY at DESC, n) AS place
    FROM judged AS j
    JOIN crowd USING (n)
    WHERE j.bad AND NOT is_gone
        AND NOT EXISTS (SELECT FROM actions AS a WHERE a.user_id = n AND a.action_type = 'block')
) AS harmful
WHERE place <= 14
ORDER BY place;

INSERT INTO watchdxg_exemption (handle, created_at)
SELECT lower(handle), pg_temp.ago(20)
FROM judged AS j
JOIN crowd USING (n)
WHERE NOT j.bad AND NOT j.idle AND NOT is_gone
ORDER BY pg_temp.chance(n, 'left alone')
LIMIT 3;

-- What the operator did in the last two weeks: the verdicts of a day are one edit, which can be taken back.
WITH days AS (
    SELECT (classified_at AT TIME ZONE 'UTC')::date AS day, count(*) AS users, max(classified_at) AS at
    FROM classification
    WHERE user_id IN (SELECT n FROM judged) AND classified_at > pg_temp.ago(14)
    GROUP BY day
), edits AS (
    SELECT day, users, at, overlay(overlay(overlay(overlay(
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(md5('edit ' || day), 3) || 'a'
            || substr(md5('edit ' || day), 4, 15)
        PLACING '-' FROM 9 FOR 0) PLACING '-' FROM 14 FOR 0) PLACING '-' FROM 19 FOR 0) PLACING '-' FROM 24 FOR 0) AS id
    FROM days
), made AS (
    INSERT INTO watchdxg_edit (id, at, operator, kind, table_name, users, summary)
    SELECT id, at, 'watchdxg', 'classification_changed', 'classification', users,
        'Verdicts on ' || users || CASE users WHEN 1 THEN ' user' ELSE ' users' END
    FROM edits
)
INSERT INTO watchdxg_edited_row (edit_id, row_id, user_id, after)
SELECT edits.id, c.user_id, c.user_id, to_jsonb(c)
FROM classification AS c
JOIN edits ON edits.day = (c.classified_at AT TIME ZONE 'UTC')::date
WHERE c.user_id IN (SELECT n FROM judged) AND c.classified_at > pg_temp.ago(14);

-- A share and its interval by Wilson, and how many are so already.
CREATE FUNCTION pg_temp.estimate(now bigint, hits bigint, n bigint,
                                 OUT known float8, OUT share float8, OUT low float8, OUT high float8)
LANGUAGE sql IMMUTABLE AS $$
    SELECT now, p, (p + 1.92 / n - error) / (1 + 3.84 / n), (p + 1.92 / n + error) / (1 + 3.84 / n)
    FROM (SELECT hits::float8 / n AS p) AS shares
    CROSS JOIN LATERAL (SELECT 1.96 * sqrt(p * (1 - p) / n + 0.96 / n / n) AS error) AS errors
$$;

CREATE FUNCTION pg_temp.figure(estimate float8, low float8, high float8) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_object('estimate', round(estimate), 'low', round(low), 'high', round(high))
$$;

-- The estimates of the audience, roughly: of the sampled verdicts alone, whatever the ranks.
UPDATE watchdxg_daily_snapshot AS s
SET audience = json_build_object(
    'harmful', pg_temp.figure(harmful.known + unjudged * harmful.share, harmful.known + unjudged * harmful.low,
                              harmful.known + unjudged * harmful.high),
    'inactive', pg_temp.figure(inactive.known + unjudged * inactive.share, inactive.known + unjudged * inactive.low,
                               inactive.known + unjudged * inactive.high),
    'effective', pg_temp.figure(effective.known + unjudged * effective.share, effective.known + unjudged * effective.low,
                                effective.known + unjudged * effective.high),
    'reach', pg_temp.figure(reach_known + reach_each * unjudged * effective.share,
                            reach_known + reach_each * unjudged * effective.low * 0.7,
                            reach_known + reach_each * unjudged * effective.high * 1.6),
    'n', sampled)
FROM (
    SELECT day, count(*) - count(j.n) AS unjudged, count(*) FILTER (WHERE is_sampled) AS sampled,
        count(*) FILTER (WHERE j.bad) AS bad, count(*) FILTER (WHERE j.bad AND is_sampled) AS bad_sampled,
        count(*) FILTER (WHERE j.idle) AS idle, count(*) FILTER (WHERE j.idle AND is_sampled) AS idle_sampled,
        count(*) FILTER (WHERE NOT j.bad AND NOT j.idle) AS sane,
        count(*) FILTER (WHERE NOT j.bad AND NOT j.idle AND is_sampled) AS sane_sampled,
        sum(pg_temp.as_read(followers_str)) FILTER (WHERE NOT j.bad AND NOT j.idle) AS reach_known,
        avg(pg_temp.as_read(followers_str)) FILTER (WHERE NOT j.bad AND NOT j.idle AND is_sampled) AS reach_each
    FROM watchdxg_daily_snapshot
    JOIN crowd ON follower AND came_at < taken_at AND NOT (is_gone AND gone_at < taken_at)
        AND NOT (kind = 'twice' AND is_old)
    LEFT JOIN judged AS j ON j.n = crowd.n AND at < taken_at
    GROUP BY day
    HAVING count(*) FILTER (WHERE is_sampled) >= 30
) AS counts
CROSS JOIN LATERAL pg_temp.estimate(bad, bad_sampled, sampled) AS harmful
CROSS JOIN LATERAL pg_temp.estimate(idle, idle_sampled, sampled) AS inactive
CROSS JOIN LATERAL pg_temp.estimate(sane, sane_sampled, sampled) AS effective
WHERE s.day = counts.day;

-- Somebody logged in from elsewhere (RFC 5737: an address that nobody has).
INSERT INTO watchdxg_alert (at, kind, text, data)
SELECT at, 'new_login_address', 'watchdxg logged in from 203.0.113.7, for the first time from there.',
    json_build_object('operator', 'watchdxg', 'address', '203.0.113.7',
                      'time', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM pg_temp.ago(2.4) AS at;

ANALYZE watchdxg_daily_snapshot, watchdxg_seen_user, watchdxg_sampled_verdict, watchdxg_snooze, watchdxg_edit,
    watchdxg_edited_row, watchdxg_planned_action, watchdxg_exemption;
