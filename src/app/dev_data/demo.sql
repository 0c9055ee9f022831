-- The account `demo`: 500 users and what a scraper and an operator would have gathered about them. Always the same
-- rows: every choice is a hash of the row's number and a word for the purpose; no clock, no random().
-- Runs in one transaction on empty tables (core_v3.sql).

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

-- A count as the site shows it, which is what the scraper reads: 987, 4,321, 12.3K, 1.2M.
CREATE FUNCTION pg_temp.as_shown(amount int) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN amount < 10000 THEN to_char(amount, 'FM9,999')
                WHEN amount < 1000000 THEN regexp_replace(to_char(trunc(amount / 1e3, 1), 'FM999.0'), '\.0$', '') || 'K'
                ELSE regexp_replace(to_char(trunc(amount / 1e6, 1), 'FM9999.0'), '\.0$', '') || 'M' END
$$;

-- Who they are: a language each, with names as shown and as they stand in a handle.
CREATE TEMP TABLE people (lang text, nr int, shown text, latin text) ON COMMIT DROP;
INSERT INTO people
SELECT lang, row_number() OVER (PARTITION BY lang ORDER BY latin COLLATE "C"), shown, latin
FROM (VALUES
    ('en', 'Hannah Whitfield', 'hannahw'), ('en', 'Marcus Bell', 'marcusbell'), ('en', 'Priya Raman', 'priya_r'),
    ('en', 'Owen O''Dowd', 'owen_odowd'), ('en', 'Grace "Ace" Kim', 'acegrace'), ('en', 'Tunde Adeyemi', 'tundea'),
    ('en', 'Ellie Stone', 'elliestone'), ('en', 'Rob & Jo', 'robandjo'), ('en', 'dana <dev>', 'danadev'),
    ('fr', 'Zoé Lemaître', 'zoelemaitre'), ('fr', 'Rémi Chauvet', 'remichauvet'), ('fr', 'Anaïs Béranger', 'anais_b'),
    ('fr', 'Loïc Kervella', 'lkervella'), ('fr', 'Inès Faure', 'ines_faure'),
    ('es', 'Lucía Fernández', 'luciafdez'), ('es', 'Íñigo Arteaga', 'inigo_art'), ('es', 'Paloma Núñez', 'palomanu'),
    ('es', 'Mateo Quiroga', 'mateoq'),
    ('de', 'Jürgen Weiß', 'jweiss'), ('de', 'Käthe Brandt', 'kaethe_b'), ('de', 'Anton Möller', 'antonm'),
    ('pt', 'João Sequeira', 'joaoseq'), ('pt', 'Beatriz Falcão', 'biafalcao'), ('pt', 'Thiago Moraes', 'thimoraes'),
    ('ja', '佐藤 さくら', 'sakura_s'), ('ja', '田中 健', 'kentanaka'), ('ja', 'みお🌙', 'mio_moon'),
    ('zh', '王小明', 'xiaoming_w'), ('zh', '陳怡君', 'yijun_c'),
    ('ko', '김하늘', 'haneul_k'), ('ko', '박지훈', 'jihoonp'),
    ('ar', 'ليلى حداد', 'layla_h'), ('ar', 'يوسف العلي', 'yousef_ali'),
    ('ru', 'Вера Соколова', 'vera_sok'), ('ru', 'Илья Громов', 'igromov'),
    ('hi', 'आरव शर्मा', 'aarav_s'), ('hi', 'मीरा जोशी', 'meerajoshi'),
    ('tr', 'Çağla Yıldız', 'caglayildiz'), ('tr', 'Emre Şahin', 'emresahin'),
    ('pl', 'Łukasz Wójcik', 'lwojcik'), ('pl', 'Zofia Dąbrowska', 'zofiad')
) AS names (lang, shown, latin);

CREATE TEMP TABLE lines (kind text, lang text, nr int, line text) ON COMMIT DROP;
INSERT INTO lines
SELECT kind, lang, row_number() OVER (PARTITION BY kind, lang ORDER BY line COLLATE "C"), line
FROM (VALUES
    ('bio', 'en', 'Nurse, runner, mother of twins 👶👶'), ('bio', 'en', 'Bread, bikes & bad puns.'),
    ('bio', 'en', E'Backend engineer.\nOpinions are mine, bugs too.'), ('bio', 'en', 'Photographs of rain. she/her'),
    ('bio', 'en', 'Local news since 1998 | tips: DM'), ('bio', 'en', '"Be curious, not judgmental"'),
    ('bio', 'fr', 'Libraire à Nantes 📚 · chats, thé, vélo'), ('bio', 'fr', 'Prof d''histoire. Ici, rien d''officiel.'),
    ('bio', 'fr', 'Journaliste indépendante — enquêtes & podcasts'),
    ('bio', 'es', 'Arquitecta. ¿Café? Siempre ☕'), ('bio', 'es', 'Fútbol, cine y poco más'),
    ('bio', 'de', 'Radfahrerin, Gärtnerin, Bücherwürmchen 🌱'), ('bio', 'de', 'Straßenbahnen & Fahrpläne'),
    ('bio', 'pt', 'Professor de matemática. Vascaíno 🇧🇷'), ('bio', 'pt', 'ilustração e saudade'),
    ('bio', 'ja', '日常と猫 🐈 / 無言フォロー失礼します'), ('bio', 'ja', '写真 📷 京都'),
    ('bio', 'zh', '工程師,喜歡爬山'), ('bio', 'zh', '读书 · 电影 · 猫'),
    ('bio', 'ko', '커피 ☕ 그리고 음악'), ('bio', 'ko', '개발자, 야구팬 ⚾'),
    ('bio', 'ar', 'طبيبة أطفال | أحب القراءة'), ('bio', 'ar', 'مهندس برمجيات 💻'),
    ('bio', 'ru', 'Переводчица, две кошки'), ('bio', 'ru', 'Физик. Шахматы, горы 🏔'),
    ('bio', 'hi', 'लेखक और चाय प्रेमी ☕'), ('bio', 'hi', 'क्रिकेट 🏏 संगीत'),
    ('bio', 'tr', 'Öğretmen, kedi annesi 🐾'), ('bio', 'tr', 'İstanbul · müzik · yol'),
    ('bio', 'pl', 'Książki, góry, żużel'), ('bio', 'pl', 'Programista z Łodzi'),
    ('bio', 'bad', '🚀 100x GEM CALLS 🚀 DM for VIP signals 💰💰'), ('bio', 'bad', 'FREE followers 👉 t.me/boost_now'),
    ('bio', 'bad', 'They do not want you to know this. WAKE UP!!'),
    ('bio', 'bad', 'Official support. DM your seed phrase'),
    ('bio', 'bad', '18+ 🔞 link below ⬇️⬇️⬇️'), ('bio', 'bad', '+500% in 7 days, ask me how'),
    ('post', 'en', 'Morning run done, coffee next.'),
    ('post', 'en', 'New post: why our tests were slow https://example.com/slow'),
    ('post', 'en', E'Thread 🧵 1/4\nWhat I learned from a year of night shifts.'), ('post', 'en', 'lol, no.'),
    ('post', 'en', '@someone happy birthday 🎂'),
    ('post', 'en', 'Does anybody else hear that hum? <asking for a friend>'),
    ('post', 'fr', 'Grève demain sur la ligne 2, encore.'), ('post', 'fr', 'Très belle expo, allez-y ! #Nantes'),
    ('post', 'es', '¡Golazo! ⚽'), ('post', 'es', 'Nueva entrada en el blog: ciudades a pie'),
    ('post', 'de', 'Verspätung: 47 Minuten. Schöne Grüße.'), ('post', 'pt', 'bom dia com chuva ☔'),
    ('post', 'ja', 'お疲れ様でした🍵'), ('post', 'ja', '桜が満開 🌸 #京都'), ('post', 'zh', '今天的夕陽很美'),
    ('post', 'ko', '오늘도 화이팅!'), ('post', 'ar', 'صباح الخير ☀️'), ('post', 'ru', 'Наконец-то выходные'),
    ('post', 'hi', 'क्या मैच था! 🏏'),
    ('post', 'tr', 'Yine yağmur ☔ ama güzel'),
    ('post', 'pl', 'Dzień dobry, kawa gotowa ☕'),
    ('post', 'bad', 'GIVEAWAY 🎁 follow + repost + DM wallet'),
    ('post', 'bad', 'They deleted this 3 times. Share before it is gone!'),
    ('post', 'bad', '$MOON to 1$ 🚀🚀 last chance https://example.com/?ref=77'),
    ('post', 'bad', 'go back where you came from'),
    ('note', 'bad', 'spam'), ('note', 'bad', 'bot network, same text as others'), ('note', 'bad', 'scam links 🎣'),
    ('note', 'bad', 'harassment, repeated'),
    ('note', 'bad', 'impersonates support'),
    ('note', 'bad', 'Fausses nouvelles')
) AS texts (kind, lang, line);

CREATE FUNCTION pg_temp.line(wanted_kind text, wanted_lang text, n bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT line FROM lines
    WHERE kind = wanted_kind AND lang = wanted_lang
      AND nr = pg_temp.one_of((SELECT count(*) FROM lines WHERE kind = wanted_kind AND lang = wanted_lang),
                              n, wanted_kind)
$$;

-- What each of them is: `bad` ones are classified harmful below, `idle` ones inactive (one in eight bad ones too).
CREATE TEMP TABLE roster ON COMMIT DROP AS
SELECT n, bad, idle, botlike AND NOT idle AS bot, p.lang, p.shown, p.latin
FROM (
    SELECT n, bad, pg_temp.chance(n, 'idle') < CASE WHEN bad THEN 0.12 ELSE 0.085 END AS idle,
           bad AND pg_temp.chance(n, 'bot') < 0.6 AS botlike,
           (ARRAY['en', 'en', 'en', 'en', 'fr', 'fr', 'es', 'es', 'ja', 'ja', 'pt', 'de', 'zh', 'ko', 'ar', 'ru', 'hi',
                  'tr', 'pl'])[pg_temp.one_of(19, n, 'lang')] AS lang
    FROM (SELECT n, pg_temp.chance(n, 'bad') < 0.15 AS bad FROM generate_series(1, 500) AS n) AS numbers
) AS kinds
JOIN people p ON p.lang = kinds.lang
    AND p.nr = pg_temp.one_of((SELECT count(*) FROM people WHERE people.lang = kinds.lang), n, 'person');

INSERT INTO accounts (id, handle) VALUES (1, 'demo');

INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                   following_str, followers_str, featured_url, follower, last_updated)
SELECT n, 1, handle,
    CASE WHEN pg_temp.chance(n, 'no name') >= 0.015 THEN
        shown || pg_temp.pick('{"","","","","",""," 🌻"," ✨"," 🇺🇦"," (she/they)"," | dev"}', n, 'ornament') END,
    CASE WHEN pg_temp.chance(n, 'certified?') < 0.97 THEN pg_temp.chance(n, 'certified') < 0.11 END,
    CASE WHEN pg_temp.chance(n, 'bio?') < 0.10 THEN NULL
         WHEN pg_temp.chance(n, 'bio?') < 0.15 THEN ''
         ELSE pg_temp.line('bio',
                           CASE WHEN bad AND pg_temp.chance(n, 'shows it') < 0.7 THEN 'bad' ELSE lang END, n) END,
    joined,
    following, followers, pg_temp.as_shown(following), pg_temp.as_shown(followers),
    CASE WHEN pg_temp.chance(n, 'link?') < 0.30 THEN
             pg_temp.pick('{linktr.ee/,instagram.com/,youtube.com/@,github.com/,bsky.app/profile/}', n, 'site')
                 || lower(handle)
         WHEN pg_temp.chance(n, 'link?') < 0.36 THEN
             lower(replace(handle, '_', '-')) || pg_temp.pick('{.com,.fr,.dev,.jp/about}', n, 'domain')
         WHEN pg_temp.chance(n, 'link?') < 0.38 THEN '' END,
    CASE WHEN pg_temp.chance(n, 'follower?') < 0.96 THEN pg_temp.chance(n, 'follower') < 0.62 END,
    timestamp '2025-10-01 06:00:00' + n * interval '97 seconds'
FROM (
    SELECT roster.*,
        -- Handles of bots look made by the site: a name and eight digits. 15 characters are the site's limit.
        CASE WHEN bot THEN initcap(left(replace(latin, '_', ''), 7))
                 || lpad(floor(1e8 * pg_temp.chance(n, 'digits'))::text, 8, '0')
             ELSE left(latin, 15 - length(tail)) || tail END AS handle,
        -- From January 2007 to September 2025: bots in the last two years, the rest with a wave about 2009-2013.
        CASE WHEN pg_temp.chance(n, 'joined?') >= 0.99 THEN NULL
             WHEN bot THEN date '2024-01-01' + floor(630 * pg_temp.chance(n, 'joined'))::int
             WHEN idle OR pg_temp.chance(n, 'wave') < 0.4
                 THEN date '2009-01-01' + floor(1826 * pg_temp.chance(n, 'joined'))::int
             ELSE date '2007-01-01' + floor(6840 * pg_temp.chance(n, 'joined'))::int END AS joined,
        CASE WHEN pg_temp.chance(n, 'counts?') < 0.985 THEN
            floor(exp(CASE WHEN bot THEN 6.5 ELSE 3.5 END + 2.6 * pg_temp.chance(n, 'following')))::int END AS following,
        CASE WHEN pg_temp.chance(n, 'counts?') < 0.985 THEN
            CASE WHEN bot THEN floor(60 * power(pg_temp.chance(n, 'followers'), 2))::int
                 ELSE floor(12 * power(1 - pg_temp.chance(n, 'followers'), -1.6))::int END END AS followers
    FROM (
        SELECT *, pg_temp.pick('{"","_",x,_tv}', n, 'tail')
            || CASE WHEN row_number() OVER (PARTITION BY latin ORDER BY n) > 1 OR pg_temp.chance(n, 'number') < 0.3
                    THEN n::text ELSE '' END AS tail
        FROM roster
    ) AS roster
) AS drawn;

-- Some 1,500 posts: none or one of those who are idle, a handful of the others. An id as the site makes them holds
-- its time: milliseconds since 2010-11-04 01:42:54.657 UTC, 22 bits up; it is beyond 2^53.
INSERT INTO posts (id, user_id, timestamp, username, handle, text, reposts, likes, replies, views, repost)
SELECT ((extract(epoch FROM at) * 1000)::bigint - 1288834974657) * 4194304 + draw, user_id, at, username, handle,
    CASE WHEN pg_temp.chance(draw, 'text?') < 0.98 THEN
        pg_temp.line('post', CASE WHEN bad AND pg_temp.chance(draw, 'bad') < 0.7 THEN 'bad' ELSE lang END, draw) END,
    floor(reach * 0.15 * pg_temp.chance(draw, 'reposts'))::int, floor(reach)::int,
    floor(reach * 0.10 * pg_temp.chance(draw, 'replies'))::int,
    CASE WHEN pg_temp.chance(draw, 'views?') < 0.96 THEN
        floor(reach * (10 + 50 * pg_temp.chance(draw, 'views')) + 30 * pg_temp.chance(draw, 'few'))::int END,
    CASE WHEN pg_temp.chance(draw, 'repost?') < 0.99 THEN pg_temp.chance(draw, 'repost') < 0.21 END
FROM (
    SELECT user_id, username, handle, bad, lang, draw,
           CASE WHEN idle THEN timestamptz '2023-01-01 00:00:00+00' + 500 * pg_temp.chance(draw, 'at') * interval '1 day'
                ELSE timestamptz '2025-10-01 06:00:00+00'
                     - least(200, age_in_days) * power(pg_temp.chance(draw, 'at'), 2) * interval '1 day' END AS at,
           (2 + coalesce(followers_count, 0) * 0.02) * power(1 - pg_temp.chance(draw, 'reach'), -0.8) - 2 AS reach
    FROM (
        SELECT u.id AS user_id, u.username, u.handle, u.followers_count, date '2025-10-01' - u.created_at AS age_in_days,
               r.bad, r.idle, r.lang, u.id * 100 + k AS draw
        FROM users u
        JOIN roster r ON r.n = u.id
        CROSS JOIN generate_series(1, CASE WHEN r.idle THEN pg_temp.one_of(2, u.id, 'posts') - 1
                                           ELSE floor(7.6 * pg_temp.chance(u.id, 'posts'))::int END) AS k
    ) AS authors
) AS drawn;

-- Nine in ten have been looked at.
INSERT INTO classification (user_id, harmful, inactive, classified_at, notes)
SELECT n, bad, idle, timestamptz '2025-10-02 08:00:00+00' + n * interval '23 minutes',
    CASE WHEN bad AND pg_temp.chance(n, 'note?') < 0.8 THEN pg_temp.line('note', 'bad', n)
         WHEN idle AND pg_temp.chance(n, 'note?') < 0.5 THEN 'no post for more than a year' END
FROM roster
WHERE pg_temp.chance(n, 'seen') < 0.92;

INSERT INTO actions (user_id, action_type, timestamp, notes)
SELECT user_id, action_type,
    classified_at + (3 + 600 * pg_temp.chance(user_id, 'when ' || action_type)) * interval '1 minute',
    CASE WHEN pg_temp.chance(user_id, 'note ' || action_type) < 0.6 THEN notes END
FROM classification
CROSS JOIN (VALUES ('block', 0.7), ('report', 0.35)) AS kinds (action_type, share)
WHERE harmful AND pg_temp.chance(user_id, action_type) < share
ORDER BY classified_at, user_id, action_type;

SELECT setval(pg_get_serial_sequence('accounts', 'id'), (SELECT max(id) FROM accounts)),
       setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users));

-- The core makes no index on what the API reads by. In a database of others that stays their decision (`check` names
-- what is missing); this one is ours, and a scraper may fill it to any size.
CREATE INDEX IF NOT EXISTS users_account_id_id_idx ON users (account_id, id);
CREATE INDEX IF NOT EXISTS posts_user_id_id_idx ON posts (user_id, id);
CREATE INDEX IF NOT EXISTS actions_user_id_id_idx ON actions (user_id, id);

ANALYZE accounts, users, posts, classification, actions;
