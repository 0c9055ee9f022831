-- Fills an empty v3 core schema with `users` users and some five posts for each (psql script).  The first rows are the
-- same at every size.  Users write as real ones do: half of them nothing or one post, a few some thousands.
--
--   psql -d DB -v users=1000000 -f growth_data.sql

\set ON_ERROR_STOP on

BEGIN;
SET LOCAL synchronous_commit = off;
SET LOCAL session_replication_role = replica;  -- every foreign key below holds: nothing to look up for each post
SET LOCAL jit = off;

-- Uniform number in [0, 1) from a row's number and a purpose.
CREATE FUNCTION pg_temp.u(n bigint, purpose bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended(n, purpose) & 2147483647) / 2147483648.0::float8
$$;

-- One element of a list, evenly.
CREATE FUNCTION pg_temp.pick(list text[], n bigint, purpose bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT list[1 + floor(pg_temp.u(n, purpose) * cardinality(list))::int]
$$;

-- Account 1 is the one that grows; account 2 has 200 users at every size.
INSERT INTO accounts (id, handle) VALUES (1, 'growth'), (2, 'small');

-- Of each thousand users fifteen are a wave: they joined in the same month, with like handles and the same biography.
INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                   following_str, followers_str, featured_url, follower, last_updated)
SELECT n,
       CASE WHEN n % (:users / 200) = 0 THEN 2 ELSE 1 END,
       CASE WHEN n % 1000 < 15 THEN 'Maria' || (10000000 + n)
            ELSE pg_temp.pick('{alex,sam,nora,kenji,lina,omar,zoe,ivan,maya,luca,priya,tom,chloe,diego,ana,yuki}', n, 1)
                 || pg_temp.pick('{_,"",x,HQ,Lab,Zen,Fox,Sky,Moon,Dev,Ink,Wave}', n, 2) || to_hex(n) END,
       pg_temp.pick('{Alex Martin,Nora Lindqvist,Kenji Sato,Лина Орлова,Omar Haddad,Zoé Dubois,Iván Ruiz,Maya Patel}', n, 3)
            || pg_temp.pick('{"",""," 🌸"," | dev"," (parody)"," 🚀"}', n, 4),
       CASE WHEN pg_temp.u(n, 5) < 0.1 THEN true WHEN pg_temp.u(n, 5) < 0.97 THEN false END,
       CASE WHEN n % 1000 < 15 THEN 'Follow me for daily tips, number ' || n / 1000
            WHEN pg_temp.u(n, 6) < 0.12 THEN NULL
            WHEN pg_temp.u(n, 6) < 0.15 THEN ''
            ELSE pg_temp.pick('{Software engineer.,Mother of two 👶👶,Photographer 📷 Paris,Football & coffee ☕,Building things.,"Crypto, NFTs, Web3",Artiste peintre,日本語/English,Retired teacher,News junkie,Gamer}', n, 7)
                 || pg_temp.pick('{""," She/her."," Views mine."," Est. 1987"," #opensource"," https://example.com/a?b=1"}', n, 8)
                 || CASE WHEN pg_temp.u(n, 9) < 0.5 THEN ' ' || md5(n::text) ELSE '' END
                 || CASE WHEN n % 500 = 77 THEN ' zebrafish' ELSE '' END END,
       CASE WHEN n % 1000 < 15 THEN date '2024-01-01' + (n / 1000 % 24)::int * 30 + (n % 15)::int
            ELSE date '2006-07-15' + (6900 * power(pg_temp.u(n, 10), 0.7))::int END,
       floor(exp(2.5 + 5.5 * pg_temp.u(n, 11)))::int,
       floor(25 * (power(1 - pg_temp.u(n, 12), -1.15) - 0.9))::int,
       NULL, NULL,
       CASE WHEN pg_temp.u(n, 13) < 0.3 THEN pg_temp.pick('{linktr.ee/,youtube.com/@,github.com/,t.me/}', n, 14) || to_hex(n) END,
       pg_temp.u(n, 15) < 0.6,
       timestamp '2026-01-01' + pg_temp.u(n, 16) * interval '30 days'
  FROM generate_series(1, :users::bigint) AS n;

INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
SELECT p.id, u.id, timestamptz '2024-01-01 00:00:00+00' + pg_temp.u(p.id, 21) * interval '730 days', u.username, u.handle,
       pg_temp.pick('{Good morning ☀️,Breaking:,Thread 🧵 1/7,This is fine 🔥,Free giveaway!! link in bio,"lol, no",Nouveau billet de blog,Big news soon 👀,Why is nobody talking about this?,Follow back?}', p.id, 22)
            || pg_temp.pick('{""," https://example.com/p"," #fyp #news"," @someone what do you think?"," 😂😂😂"}', p.id, 23)
            || CASE WHEN pg_temp.u(p.id, 24) < 0.7 THEN ' ' || md5(p.id::text) ELSE '' END
            || CASE WHEN p.id % 2500 = 77 THEN ' zebrafish' ELSE '' END,
       floor(p.engagement * 0.12)::int, floor(p.engagement)::int, floor(p.engagement * 0.08)::int,
       floor(p.engagement * 40)::int, pg_temp.u(p.id, 25) < 0.22
  FROM users AS u,
       LATERAL (SELECT u.id::bigint * 10000 + k AS id,
                       least(1.5 * power(1 - pg_temp.u(u.id::bigint * 10000 + k, 26), -0.95) - 1.5, 8000000) AS engagement
                  FROM generate_series(1, least(4000, floor(0.97 * (power(1 - pg_temp.u(u.id, 27), -0.91) - 1)))::int) AS k) AS p;

SELECT setval(pg_get_serial_sequence('accounts', 'id'), 2) \g /dev/null
SELECT setval(pg_get_serial_sequence('users', 'id'), :users) \g /dev/null
COMMIT;
VACUUM ANALYZE accounts, users, posts, classification, actions;
CHECKPOINT;
