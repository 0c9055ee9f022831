-- The account `demo`: 500 users and what a scraper and an operator would have gathered about them in the months before
-- today (UTC). Every choice is a hash of a row's number and a word for the purpose, and every moment a distance from
-- midnight: the same day gives the same rows. `SET demo.today = '2026-02-28'` chooses another day.
-- Runs on empty tables (core_v3.sql), after demo_words.sql and before demo_managed.sql, in one transaction.

CREATE FUNCTION pg_temp.today() RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('demo.today', true), '')::date, (now() AT TIME ZONE 'UTC')::date)
$$;

-- So many days before the day began. Nothing here is later: the demo is as true at 00:01 as at noon.
CREATE FUNCTION pg_temp.ago(days double precision) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT pg_temp.today()::timestamp AT TIME ZONE 'UTC' - make_interval(secs => round(days * 86400))
$$;

-- A number in [0, 1) for row n and a purpose.
CREATE FUNCTION pg_temp.chance(n bigint, purpose text) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || left(md5(purpose || ':' || n), 7))::bit(28)::int / 268435456.0
$$;

-- A number in 1..size, each equally likely.
CREATE FUNCTION pg_temp.one_of(size bigint, n bigint, purpose text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT 1 + floor(size * pg_temp.chance(n, purpose))::int
$$;

CREATE FUNCTION pg_temp.pick(choices text[], n bigint, purpose text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT choices[pg_temp.one_of(cardinality(choices), n, purpose)]
$$;

-- A count as the site shows it, which is all that the scraper reads: 987, 4,321, 12.3K, 1.2M in English, 4 321 and
-- 12,3 k in French, 4.321 and 12.345 in German.
CREATE FUNCTION pg_temp.as_shown(amount int, tongue text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN amount < 1000 THEN amount::text
        WHEN tongue = 'de' AND amount < 1000000 THEN to_char(amount, 'FM999"."999')
        WHEN tongue = 'fr' AND amount < 10000 THEN to_char(amount, E'FM9"\u202f"999')
        WHEN tongue = 'fr' AND amount < 1000000 THEN
            replace(regexp_replace(to_char(trunc(amount / 1e3, 1), 'FM999.0'), '\.0$', ''), '.', ',') || E'\u00a0k'
        WHEN amount < 10000 THEN to_char(amount, 'FM9,999')
        WHEN amount < 1000000 THEN regexp_replace(to_char(trunc(amount / 1e3, 1), 'FM999.0'), '\.0$', '') || 'K'
        ELSE regexp_replace(to_char(trunc(amount / 1e6, 1), 'FM9999.0'), '\.0$', '') || 'M' END
$$;

-- What the scraper makes of it: it takes every comma for one between thousands and every point for a decimal one.
CREATE FUNCTION pg_temp.as_read(shown text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT trunc(substring(plain, '^[0-9.]+')::numeric
                 * CASE lower(right(plain, 1)) WHEN 'k' THEN 1000 WHEN 'm' THEN 1000000 ELSE 1 END)::int
    FROM (SELECT regexp_replace(shown, E'[,\u00a0\u202f]', '', 'g') AS plain) AS without
$$;

-- The `turn`th line for n: each once before any comes again.
CREATE FUNCTION pg_temp.line(wanted_kind text, wanted_lang text, n bigint, turn int DEFAULT 0) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT choices[1 + (pg_temp.one_of(cardinality(choices), n, kind) - 1 + turn) % cardinality(choices)] FROM lines
    WHERE kind = wanted_kind AND lang = wanted_lang
$$;

-- What each of them is.
--   wave    came in one night, joined in one month, handles like Emily48213; some are gone by now
--   mentor  came one by one, joined in one month, with the same bio
--   bot     a handle as the site makes them, and counts as nobody has
--   twice   one person whom an older core stored three times, and today's once more
--   person  the others
-- Ids are given in the order in which they came: up to 400 a month before the history begins, 446 to 473 in the night
-- of the wave, the others one by one.
CREATE TEMP TABLE roster ON COMMIT DROP AS
WITH kinds AS MATERIALIZED (
    SELECT n, n IN (23, 88, 160, 219, 275, 342, 366, 449, 456, 470) AS is_gone,
        n IN (31, 58, 97) OR n < 130 AND n NOT IN (23, 88) AND pg_temp.chance(n, 'old') < 0.1 AS is_old,
        CASE WHEN n BETWEEN 446 AND 473 THEN 'wave'
             WHEN n BETWEEN 401 AND 445 AND n % 3 = 2 THEN 'mentor'
             WHEN n IN (31, 58, 97, 146) THEN 'twice'
             WHEN pg_temp.chance(n, 'bot') < 0.08 THEN 'bot'
             ELSE 'person' END AS kind,
        pg_temp.pick('{en,en,en,en,fr,fr,es,es,ja,ja,pt,de,zh,ko,ar,ru,hi,tr,pl}', n, 'lang') AS lang
    FROM generate_series(1, 510) AS n
), drawn AS MATERIALIZED (
    SELECT kinds.*, pg_temp.pick(firsts, n, 'first') AS first, pg_temp.pick(lasts, n, 'last') AS last,
        CASE kind WHEN 'bot' THEN pg_temp.chance(n, 'innocent') >= 0.15
                  WHEN 'twice' THEN false
                  WHEN 'person' THEN NOT is_old AND pg_temp.chance(n, 'bad') < 0.1
                  ELSE pg_temp.chance(n, 'innocent') >= 0.04 END AS bad,
        CASE kind WHEN 'wave' THEN n - 445
                  WHEN 'mentor' THEN (n - 398) / 3
                  WHEN 'twice' THEN 1
                  WHEN 'person' THEN CASE WHEN n % 40 = 0 THEN n / 40 END END AS place
    FROM kinds
    JOIN names USING (lang)
)
SELECT n, drawn.kind, is_gone, is_old, bad,
    NOT bad AND drawn.kind = 'person' AND pg_temp.chance(n, 'idle') < 0.1 AS idle,
    CASE WHEN crew.kind IS NULL THEN lang ELSE 'en' END AS lang,
    CASE WHEN crew.kind IS NOT NULL THEN crew.shown
         WHEN lang IN ('zh', 'ko') THEN split_part(last, '=', 1) || split_part(first, '=', 1)
         WHEN lang = 'ja' THEN split_part(last, '=', 1) || ' ' || split_part(first, '=', 1)
         WHEN pg_temp.chance(n, 'shy') < 0.12 THEN split_part(first, '=', 1)
         ELSE split_part(first, '=', 1) || ' ' || split_part(last, '=', 1) END AS shown,
    split_part(lower(first), '=', 1 + (first LIKE '%=%')::int) AS first,
    split_part(lower(last), '=', 1 + (last LIKE '%=%')::int) AS last
FROM drawn
LEFT JOIN crew ON crew.kind = CASE drawn.kind WHEN 'person' THEN 'odd' ELSE drawn.kind END AND crew.nr = place;

-- The users as they are now, with those that are gone. Months of joining are whole months before this one, so that who
-- joined together does not depend on the day.
CREATE TEMP TABLE crowd ON COMMIT DROP AS
WITH stemmed AS MATERIALIZED (
    SELECT roster.*,
        CASE kind
            WHEN 'wave' THEN split_part(shown, ' ', 1) || floor(10000 + 9e4 * pg_temp.chance(n, 'digits'))
            WHEN 'mentor' THEN lower(split_part(shown, ' ', 1)) || pg_temp.pick('{_fx,_trade,_alpha}', n, 'trade')
            WHEN 'twice' THEN 'marla_quince'
            WHEN 'bot' THEN
                CASE WHEN pg_temp.chance(n, 'noise') < 0.25
                         THEN translate(left(md5('handle' || n), 11), '0123456789abcdef', 'xqzkvjwtgpbdhfrm')
                     ELSE initcap(left(first || last, 7)) END
            ELSE CASE pg_temp.one_of(5, n, 'style')
                     WHEN 1 THEN first || last
                     WHEN 2 THEN first || '_' || left(last, 1)
                     WHEN 3 THEN left(first, 1) || last
                     WHEN 4 THEN last || '_' || first
                     ELSE first || pg_temp.pick('{_tv,_writes,s_garden,onbikes,_irl}', n, 'hobby') END
            END AS stem
    FROM roster
), tailed AS MATERIALIZED (
    SELECT stemmed.*,
        CASE WHEN kind = 'bot' AND length(stem) < 8 THEN lpad(floor(1e8 * pg_temp.chance(n, 'digits'))::text, 8, '0')
             WHEN kind <> 'person' THEN ''
             WHEN row_number() OVER (PARTITION BY stem ORDER BY n) > 1 THEN n::text
             WHEN pg_temp.chance(n, 'number') < 0.25 THEN pg_temp.one_of(99, n, 'number of')::text
             ELSE '' END AS tail
    FROM stemmed
), dated AS MATERIALIZED (
    SELECT tailed.*, left(stem, 15 - length(tail)) || tail AS handle,  -- 15 characters are the site's limit
        CASE WHEN kind = 'wave' THEN 1
             WHEN kind = 'mentor' THEN 7
             WHEN kind = 'bot' AND n > 473 THEN pg_temp.one_of(3, n, 'joined')
             WHEN kind = 'bot' THEN 4 + pg_temp.one_of(22, n, 'joined')
             WHEN idle THEN 60 + pg_temp.one_of(140, n, 'joined')
             WHEN n > 473 AND pg_temp.chance(n, 'young') < 0.3 THEN pg_temp.one_of(3, n, 'joined')
             WHEN pg_temp.chance(n, 'crest') < 0.4 THEN 140 + pg_temp.one_of(60, n, 'joined')
             ELSE 4 + pg_temp.one_of(222, n, 'joined') END AS months,
        CASE WHEN n <= 400 THEN pg_temp.ago(120.9)
             WHEN n < 446 THEN pg_temp.ago(87.9 - floor((n - 401) * 63 / 45.0) - n * 19 / 86400.0)
             WHEN n < 474 THEN pg_temp.ago(23.9 - n * 19 / 86400.0)
             ELSE pg_temp.ago(22.9 - floor((n - 474) * 22 / 37.0) - n * 19 / 86400.0) END AS came_at,
        pg_temp.ago(CASE WHEN kind = 'wave' THEN 8.4 ELSE 1.4 + pg_temp.one_of(80, n, 'gone') END) AS gone_at
    FROM tailed
), seen AS MATERIALIZED (
    SELECT dated.*,
        -- The scraper comes by each night and reads everybody within a week; a few it has not found again.
        CASE WHEN is_old THEN timestamptz '2025-06-20 03:00:00+00' + make_interval(secs => n % 7 * 86400 + n * 97)
             WHEN n <= 400 AND kind <> 'twice' AND pg_temp.chance(n, 'stale') < 0.05
                 THEN pg_temp.ago(pg_temp.one_of(45, n, 'stale since') + 30.875 - n * 19 / 86400.0)
             ELSE greatest(came_at, pg_temp.ago(pg_temp.one_of(7, n, 'night') - 0.125 - n * 19 / 86400.0))
             END AS seen_at,
        -- An older core stored the day of its visit as the day, and people without any.
        CASE WHEN kind = 'twice' THEN
                 date '2014-03-01' + CASE n WHEN 31 THEN 9 WHEN 58 THEN 10 WHEN 97 THEN 16 ELSE 0 END
             WHEN is_old AND pg_temp.chance(n, 'undated') < 0.4 THEN NULL
             WHEN is_old THEN (date '2025-01-01' - make_interval(months => months))::date + n % 28
             ELSE (date_trunc('month', pg_temp.today()::timestamp) - make_interval(months => months))::date
             END AS joined
    FROM dated
), counted AS MATERIALIZED (
    SELECT seen.*,
        -- Two nights the site spoke French to the scraper, and one German.
        CASE WHEN seen_at BETWEEN pg_temp.ago(5) AND pg_temp.ago(3) THEN 'fr'
             WHEN seen_at BETWEEN pg_temp.ago(2) AND pg_temp.ago(1) THEN 'de' ELSE 'en' END AS tongue,
        CASE WHEN pg_temp.chance(n, 'counts?') < 0.985 THEN
            CASE kind WHEN 'wave' THEN 400 + pg_temp.one_of(2200, n, 'following')
                      WHEN 'mentor' THEN CASE WHEN n % 2 = 0 THEN 4900 + pg_temp.one_of(160, n, 'following')
                                              ELSE 900 + pg_temp.one_of(3000, n, 'following') END
                      WHEN 'twice' THEN 388 + n % 7
                      WHEN 'bot' THEN floor(exp(6.5 + 2.6 * pg_temp.chance(n, 'following')))::int
                      ELSE floor(exp(3.5 + 2.6 * pg_temp.chance(n, 'following')))::int END END AS following,
        CASE WHEN pg_temp.chance(n, 'counts?') < 0.985 THEN
            CASE kind WHEN 'wave' THEN pg_temp.one_of(13, n, 'followers') - 1
                      WHEN 'mentor' THEN 40 + pg_temp.one_of(700, n, 'followers')
                      WHEN 'twice' THEN 240 + n % 5
                      WHEN 'bot' THEN floor(60 * power(pg_temp.chance(n, 'followers'), 2))::int
                      ELSE least(2400000, floor(20 * power(1 - pg_temp.chance(n, 'followers'), -1.8)))::int END
            END AS followers
    FROM seen
)
SELECT counted.*,
    pg_temp.as_shown(following, tongue) AS following_str, pg_temp.as_shown(followers, tongue) AS followers_str,
    CASE WHEN pg_temp.chance(n, 'no name') < 0.015 THEN NULL
         WHEN kind = 'bot' AND pg_temp.chance(n, 'lazy') < 0.3 THEN handle
         WHEN kind IN ('wave', 'mentor', 'twice') THEN shown
         ELSE shown || pg_temp.pick('{"","","","","",""," 🌻"," ✨"," 🇺🇦"," (she/they)"," | dev"}', n, 'ornament')
         END AS username,
    CASE WHEN pg_temp.chance(n, 'certified?') < 0.97 THEN
        pg_temp.chance(n, 'certified') < CASE kind WHEN 'mentor' THEN 0.5 WHEN 'wave' THEN 0 ELSE 0.11 END
        END AS certified,
    CASE WHEN kind = 'mentor' THEN '📈 Trading mentor | 3 years, 400+ students | DM me to start 💬'
         WHEN kind = 'twice' THEN 'Beekeeper, choir alto, terrible at crosswords 🐝'
         WHEN pg_temp.chance(n, 'bio?') < CASE kind WHEN 'wave' THEN 0.7 WHEN 'bot' THEN 0.4 ELSE 0.1 END THEN NULL
         WHEN pg_temp.chance(n, 'bio?') < 0.15 THEN ''
         WHEN bad AND kind <> 'wave' AND pg_temp.chance(n, 'shows it') < 0.7 THEN pg_temp.line('bio', 'bad', n)
         ELSE pg_temp.line('bio', lang, n) END AS bio,
    CASE WHEN kind = 'wave' THEN NULL
         WHEN kind = 'mentor' THEN 't.me/' || lower(handle)
         WHEN pg_temp.chance(n, 'link?') > CASE kind WHEN 'bot' THEN 0.15 ELSE 0.45 END THEN NULL
         WHEN pg_temp.chance(n, 'link?') < 0.36 THEN
             pg_temp.pick('{linktr.ee/,instagram.com/,youtube.com/@,github.com/,bsky.app/profile/}', n, 'site')
                 || lower(handle)
         WHEN pg_temp.chance(n, 'link?') < 0.43 THEN
             lower(replace(handle, '_', '-')) || pg_temp.pick('{.com,.fr,.dev,.jp/about}', n, 'domain')
         ELSE '' END AS featured_url,
    CASE WHEN kind IN ('wave', 'mentor') THEN true
         WHEN followers > 10000 THEN false  -- the account follows them
         WHEN pg_temp.chance(n, 'follower?') < 0.96 THEN pg_temp.chance(n, 'follower') < 0.8 END AS follower
FROM counted;

INSERT INTO accounts (id, handle) VALUES (1, 'demo');

INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                   following_str, followers_str, featured_url, follower, last_updated)
SELECT n, 1, handle, username, certified, bio, joined, pg_temp.as_read(following_str), pg_temp.as_read(followers_str),
    following_str, followers_str, featured_url, follower, seen_at  -- in the zone of the database, as the core writes it
FROM crowd
WHERE NOT is_gone
ORDER BY n;

-- Some 2,000 posts, at least one of each whom today's core stored, all from before the scraper's last visit. An id as
-- the site makes them holds its time: milliseconds since 2010-11-04 01:42:54.657 UTC, 22 bits up; it is beyond 2^53.
INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
WITH writers AS MATERIALIZED (
    SELECT *, CASE WHEN kind = 'mentor' OR kind = 'bot' AND pg_temp.chance(n, 'habit') < 0.3 THEN 'repeats'
                   WHEN kind IN ('wave', 'bot') AND pg_temp.chance(n, 'habit') < 0.7 THEN 'passes on'
                   ELSE 'none' END AS habit
    FROM crowd
    WHERE NOT is_gone
), drawn AS MATERIALIZED (
    SELECT w.n, w.bad, w.lang, w.handle, w.username, habit, k, draw,
        CASE WHEN pg_temp.chance(draw, 'repost?') < 0.99 THEN
            habit <> 'repeats' AND (habit = 'passes on' OR pg_temp.chance(draw, 'repost') < 0.21) END AS repost,
        CASE WHEN kind = 'person' AND pg_temp.chance(draw, 'shared') < 0.05
            THEN pg_temp.one_of(400, draw, 'shared with') END AS shared,
        CASE WHEN bad THEN 6 ELSE pg_temp.one_of(5, draw, 'author') END AS author,
        (2 + coalesce(followers, 0) * 0.02) * power(1 - pg_temp.chance(draw, 'reach'), -0.8) - 2 AS reach,
        date_trunc('second', seen_at - make_interval(secs => 86400 * CASE
            WHEN idle THEN 120 + 780 * pg_temp.chance(draw, 'at')
            ELSE least(120, greatest(1, (seen_at AT TIME ZONE 'UTC')::date - coalesce(joined, date '2020-01-01') - 1))
                * power(pg_temp.chance(draw, 'at'), 2) END)) AS at
    FROM writers AS w
    CROSS JOIN generate_series(1, CASE
        WHEN is_old THEN pg_temp.one_of(3, n, 'posts') - 1
        WHEN idle THEN pg_temp.one_of(2, n, 'posts')
        WHEN habit <> 'none' THEN 4 + pg_temp.one_of(4, n, 'posts')
        ELSE pg_temp.one_of(7, n, 'posts') END) AS k
    CROSS JOIN LATERAL (SELECT n * 100 + k AS draw) AS draws
)
SELECT ((extract(epoch FROM at) * 1000)::bigint - 1288834974657) * 4194304 + draw, d.n, at,
    CASE WHEN repost IS NOT TRUE THEN d.username WHEN other.n IS NULL THEN a.shown ELSE other.username END,
    CASE WHEN repost IS NOT TRUE THEN d.handle WHEN other.n IS NULL THEN a.handle ELSE other.handle END,
    CASE WHEN pg_temp.chance(draw, 'text?') < 0.98 THEN
        pg_temp.line('post', CASE WHEN repost AND other.n IS NOT NULL THEN other.lang
                                  WHEN repost THEN CASE WHEN d.bad THEN 'bad' ELSE 'en' END
                                  WHEN habit = 'repeats' OR d.bad AND pg_temp.chance(draw, 'bad') < 0.7 THEN 'bad'
                                  ELSE d.lang END,
                     d.n, CASE WHEN habit = 'repeats' AND k <= 5 THEN 0 ELSE k END) END,
    floor(reach * 0.15 * pg_temp.chance(draw, 'reposts'))::int, floor(reach)::int,
    floor(reach * 0.10 * pg_temp.chance(draw, 'replies'))::int,
    CASE WHEN pg_temp.chance(draw, 'views?') < 0.96 THEN
        floor(reach * (10 + 50 * pg_temp.chance(draw, 'views')) + 30 * pg_temp.chance(draw, 'few'))::int END,
    repost
FROM drawn AS d
LEFT JOIN crowd AS other ON other.n = shared AND NOT other.is_gone AND other.n <> d.n
JOIN authors AS a ON a.nr = author;

-- The operator looks through some every third day. Some she drew by lot, whoever they were; the others she chose, and
-- liked to choose suspects. The person in several rows is still to be judged.
CREATE TEMP TABLE judged ON COMMIT DROP AS
SELECT n, bad, idle, is_sampled, pg_temp.ago(floor(days * pg_temp.chance(n, 'session') / 3) * 3 + 0.25
                                             - 0.12 * pg_temp.chance(n, 'minute')) AS at
FROM (
    SELECT *, pg_temp.chance(n, 'by lot') < 0.26 AS is_sampled,
           extract(epoch FROM pg_temp.ago(0) - came_at) / 86400 AS days
    FROM crowd
    WHERE NOT is_gone AND kind <> 'twice'
) AS present
WHERE days > 1
    AND (is_sampled OR pg_temp.chance(n, 'chosen') < CASE WHEN bad OR kind <> 'person' THEN 0.5 ELSE 0.3 END);

INSERT INTO classification (user_id, harmful, inactive, classified_at, notes)
SELECT n, bad, idle, at,
    CASE WHEN bad AND pg_temp.chance(n, 'note?') < 0.8 THEN pg_temp.line('note', 'bad', n)
         WHEN idle AND pg_temp.chance(n, 'note?') < 0.5 THEN 'no post for a long time' END
FROM judged;

-- What was done about them, within a day or two.
INSERT INTO actions (user_id, action_type, timestamp, notes)
SELECT user_id, action_type,
    classified_at + least(interval '50 hours', pg_temp.ago(0) - classified_at)
        * power(pg_temp.chance(user_id, 'when ' || action_type), 2),
    CASE WHEN pg_temp.chance(user_id, 'note ' || action_type) < 0.6 THEN notes END
FROM classification
CROSS JOIN (VALUES ('block', 0.8), ('report', 0.4), ('mute', 0.15)) AS kinds (action_type, share)
WHERE harmful AND pg_temp.chance(user_id, action_type) < share
ORDER BY 3, user_id, action_type;

SELECT setval(pg_get_serial_sequence('accounts', 'id'), (SELECT max(id) FROM accounts)),
       setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users));

-- The core makes no index on what the API reads by. In a database of others that stays their decision (`check` names
-- what is missing); this one is ours, and a scraper may fill it to any size.
CREATE INDEX IF NOT EXISTS users_account_id_id_idx ON users (account_id, id);
CREATE INDEX IF NOT EXISTS posts_user_id_id_idx ON posts (user_id, id);
CREATE INDEX IF NOT EXISTS actions_user_id_id_idx ON actions (user_id, id);

ANALYZE accounts, users, posts, classification, actions;
