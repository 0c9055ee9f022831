"""The kept signals are those that a second computation makes of the core's tables, after every kind of change."""
import collections
import datetime
import math
import random
import re
import subprocess
import threading
import time

import psycopg2.extras
import pytest

from support.data import make_database
from support.postgres import PrivateCluster, bin_dir, connect, execute, give_to_unprivileged, unprivileged, wait_until
from support.server import PROJECT, Server
from support.signals import keep_signals, up_to_date
from support.tokens import mint

UTC = datetime.timezone.utc
BIGRAMS = [int(n) for n in re.findall(r"-\d+", (PROJECT / "src/model/handle_bigrams.hpp").read_text())]
POSTS_ALONE = datetime.datetime(2025, 6, 28, tzinfo=UTC)


# -- the second computation: docs/signals.md in Python

def lower(text):
    """One character for each, as X compares handles."""
    return "".join(character.lower()[:1] for character in text)


def likelihood(handle):
    letters = lower(handle)
    pairs = [BIGRAMS[26 * (ord(a) - 97) + ord(b) - 97] for a, b in zip(letters, letters[1:])
             if "a" <= a <= "z" and "a" <= b <= "z"]
    return sum(pairs) / len(pairs) / 1000 if len(pairs) >= 5 else None


def template(handle):
    if not re.search("[0-9]", handle):
        return None
    return re.sub("[0-9]", "0", re.sub("[A-Za-z]+", "a", handle))


def shared(text):
    return None if text is None or not text.strip() else text.strip()


def large(k, expected, everyone):
    return k >= 3 and k > expected and k * math.log(k / expected) - k + expected >= math.log(100 * everyone)


def people_of(users):
    """{id: (the row that stands for the person, month of joining)}"""
    namesakes = collections.defaultdict(list)
    for user in users:
        key = (user["account"], lower(user["handle"])) if user["handle"] is not None else (user["id"],)
        namesakes[key].append(user)
    people = {}
    for rows in namesakes.values():
        months = {row["month"] for row in rows if row["month"]}
        for row in rows:
            month = row["month"] or (next(iter(months)) if len(months) == 1 else None)
            alone = row["month"] is None and len(months) > 1
            same = [row] if alone else [other for other in rows if (other["month"] or month) == month
                                        and not (other["month"] is None and len(months) > 1)]
            stands = max(same, key=lambda other: (other["last_updated"] is not None,
                                                  other["last_updated"] or POSTS_ALONE, other["id"]))
            people[row["id"]] = (stands["id"], month)
    return people


def waves_of(users, people):
    """{(account, kind, month, key): size}, those larger than chance"""
    standing = [user for user in users if people[user["id"]][0] == user["id"] and people[user["id"]][1]]
    groups, months, keys, everyone = (collections.Counter() for _ in range(4))
    for user in standing:
        month = people[user["id"]][1]
        everyone[user["account"]] += 1
        months[user["account"], month] += 1
        for kind, key in (("template", user["template"]), ("bio", user["bio_key"])):
            if key is not None:
                groups[user["account"], kind, month, key] += 1
                keys[user["account"], kind, key] += 1
    return {group: size for group, size in groups.items()
            if large(size, months[group[0], group[2]] * keys[group[0], group[1], group[3]] / everyone[group[0]],
                     everyone[group[0]])}


def read_users(url, now):
    users = execute_dicts(url, """SELECT id, coalesce(account_id, -1) AS account, handle, username, bio, featured_url, certified,
        CASE WHEN isfinite(created_at) AND created_at >= '0001-01-01' AND created_at < '10000-01-01' THEN created_at END AS joined,
        following_count, followers_count,
        CASE WHEN isfinite(last_updated) AND last_updated >= '0001-01-01 00:00+00' AND last_updated < '9999-12-31' THEN last_updated::timestamptz END AS last_updated
        FROM users""")
    posts = collections.defaultdict(list)
    for post in execute_dicts(url, """SELECT user_id, text, repost, CASE WHEN isfinite(timestamp) THEN timestamp::timestamptz END AS timestamp
                                      FROM posts"""):
        posts[post["user_id"]].append(post)
    for user in users:
        user["month"] = user["joined"] and user["joined"].replace(day=1)
        user["template"] = template(user["handle"]) if user["handle"] is not None else None
        user["bio_key"] = shared(user["bio"])
        user["posts"] = posts[user["id"]]
        user["seen"] = user["last_updated"] or now
    return users


def values_of(user, wave):
    """{signal: value}, None for a missing one"""
    def count(name):
        return user[name] if user[name] is not None and user[name] >= 0 else None
    following, followers = count("following_count"), count("followers_count")
    age = user["joined"] and max((user["seen"].date() - user["joined"]).days, 0)
    seen = user["handle"] is not None or user["username"] is not None
    posts, handle = user["posts"], user["handle"]
    judged = [post for post in posts if post["repost"] is not None]
    own = collections.Counter(post["text"] or "" for post in posts if not post["repost"])
    own = [n for text, n in own.items() if text.strip()]
    last = max((post["timestamp"] for post in posts if post["timestamp"]), default=None)
    tells_none = seen and not (user["last_updated"] and user["last_updated"] >= POSTS_ALONE)
    known_posts = posts or tells_none
    return {
        "follow_ratio": following / max(followers, 1) if None not in (following, followers) else None,
        "following_limit": following if followers is not None else None,
        "account_age": age,
        "following_per_day": following / max(age, 30) if None not in (following, age) else None,
        "followers_below_15": followers,
        "followers_below_100": followers,
        "no_bio": shared(user["bio"]) is None if seen else None,
        "no_link": shared(user["featured_url"]) is None if seen else None,
        "handle_digits": len(re.findall("[0-9]", handle)) if handle is not None else None,
        "handle_generated": likelihood(handle) if handle is not None else None,
        "name_is_handle": lower(user["username"]) == lower(handle) if None not in (user["username"], handle) else None,
        "repost_share": sum(post["repost"] for post in judged) / len(judged) if len(judged) >= 5 else None,
        "repeated_text": max(own, default=0) if posts else None,
        "no_posts": not posts if known_posts else None,
        "inactive": max((user["seen"] - last).days, 0) if last else None,
        "certified": user["certified"],
        "wave": wave if user["joined"] is not None and handle is not None else None,
    }


def risk_of(values, rules, following, followers):
    total, known = rules["bias"], False
    for rule in rules["signals"]:
        value = values[rule["id"]]
        if value is None:
            continue
        known = True
        fires = value if rule["fires"] == "when_true" else \
            value >= rule["threshold"] if rule["fires"] == "from" else value <= rule["threshold"]
        if rule["id"] == "following_limit":
            fires = fires and following <= 5100 and followers < 1000
        if fires:
            share = 1
            if rule["full"] is not None:
                share = 0.5 + 0.5 * min((value - rule["threshold"]) / (rule["full"] - rule["threshold"]), 1)
            total += rule["weight"] * share
    return 1 / (1 + math.exp(-total)) if known else None


def expected(server):
    """{id: (risk, values, account)}"""
    now = datetime.datetime.now(UTC)
    rules = server.get("/api/signals/", token=mint()).json()
    users = read_users(server.url, now)
    people = people_of(users)
    waves = waves_of(users, people)
    result = {}
    for user in users:
        month = people[user["id"]][1]
        wave = max((waves.get((user["account"], kind, month, key), 0)
                    for kind, key in (("template", user["template"]), ("bio", user["bio_key"]))), default=0)
        values = values_of(user, wave)
        risk = risk_of(values, rules, user["following_count"], user["followers_count"])
        result[user["id"]] = (risk, values, user["account"])
    return result


def execute_dicts(url, sql):
    connection = connect(url)
    with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(sql)
        rows = [dict(row) for row in cursor.fetchall()]
    connection.close()
    return rows


def assert_kept(server, with_ranks=True):
    up_to_date(server)
    kept = {row["id"]: row["signals"] for row in
            server.get("/api/users/?fields=id,signals", token=mint(), timeout=300).json()}
    wanted = expected(server)
    assert set(kept) == set(wanted)
    (rows,), = execute(server.url, "SELECT count(*) FROM watchdxg_signal")
    assert rows == len(wanted)
    risks = collections.defaultdict(list)  # as they are shown: the last digit decides what is equal
    for id, (_, _, account) in wanted.items():
        if kept[id]["risk"] is not None:
            risks[account].append(kept[id]["risk"])
    for id, (risk, values, account) in wanted.items():
        shown = {each["id"]: each["value"] for each in kept[id]["signals"]}
        assert shown == {name: value if value is None else pytest.approx(value) for name, value in values.items()}, id
        assert kept[id]["risk"] == (None if risk is None else pytest.approx(risk, abs=1e-12)), id
        if with_ranks and risk is not None:
            own = kept[id]["risk"]
            below, same = sum(one < own for one in risks[account]), sum(one == own for one in risks[account])
            assert kept[id]["rank"] == pytest.approx((below + same / 2) / len(risks[account]), abs=1e-9), id


# -- the rows

def random_user(draw, id):
    def text(*choices):
        return draw.choice(choices)
    handle = text(None, f"user{id}", f"Maria{draw.randrange(10**5):05}", f"{text('anna', 'jo', 'xqzvkjwq')}_{id % 70}",
                  f"Twin{id % 40}", f"TWIN{id % 40}", "İstanbul34", "ß_straße")
    return (id, text(1, 1, 1, 2, None), handle, text(None, handle, "Nora", f"N {id}", "  ", "名前"), text(None, True, False),
            text(None, "", " \n", "Hello", "DM for promo", f"I am {id}", "\u00a0", "DM for promo \n"),
            text(None, *(datetime.date(2020 + draw.randrange(6), 1 + draw.randrange(12), 1 + draw.randrange(28)) for _ in range(6)),
                 datetime.date(2024, 3, 1)),
            text(None, -1, 0, 5, 4950, 5100, 100000, draw.randrange(3000)), text(None, -5, 0, 9, 14, 15, 99, 100, 999, 10**6),
            text(None, "", "x.example", " "),
            text(None, datetime.datetime(2025, 6, 1, tzinfo=UTC), datetime.datetime(2026, draw.randrange(1, 11), 2, 3, 4, 5, 678901, UTC)))


USER_COLUMNS = "(id, account_id, handle, username, certified, bio, created_at, following_count, followers_count, featured_url, last_updated)"


def random_post(draw, id, users):
    return (id, draw.choice(users), draw.choice(["Again", "Again", "Again", f"Text {id}", None, " ", "名"]),
            draw.choice([None, True, True, False]),
            draw.choice([None, datetime.datetime(2026, draw.randrange(1, 11), 1 + draw.randrange(28), tzinfo=UTC)]))


def insert_users(cursor, rows):
    psycopg2.extras.execute_values(cursor, f"INSERT INTO users {USER_COLUMNS} VALUES %s ON CONFLICT DO NOTHING", rows)


def insert_posts(cursor, rows):
    psycopg2.extras.execute_values(cursor, "INSERT INTO posts (id, user_id, text, repost, timestamp) VALUES %s ON CONFLICT DO NOTHING", rows)


def fill(url, users, posts, draw_seed=1):
    draw = random.Random(draw_seed)
    connection = connect(url, autocommit=False)
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM posts; DELETE FROM users; DELETE FROM accounts; "
                       "INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'other')")
        insert_users(cursor, [random_user(draw, id) for id in range(1, users + 1)])
        cursor.execute("SELECT id FROM users ORDER BY id")  # some were as others, and are not there
        ids = [id for id, in cursor.fetchall()]
        insert_posts(cursor, [random_post(draw, id, ids) for id in range(1, posts + 1)])
    connection.close()


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    fill(url, 400, 1500)
    with Server(url) as server:
        yield server


# -- what must hold

def test_twenty_thousand_random_rows_are_as_computed_a_second_time(cluster):
    url = make_database(cluster)
    fill(url, 20_000, 40_000, 7)
    with Server(url) as server:
        assert_kept(server, with_ranks=False)


@pytest.mark.parametrize("change", [
    "INSERT INTO users (id, account_id, handle, created_at) SELECT 9000 + n, 1, 'Wave' || 1000 + n, '2023-02-02' FROM generate_series(1, 30) AS n",
    "UPDATE users SET bio = 'DM for promo', created_at = '2023-02-05', handle = 'w' || id WHERE id BETWEEN 20 AND 60",
    "UPDATE users SET account_id = 2 WHERE id % 7 = 0",
    "UPDATE posts SET user_id = 5 WHERE id % 11 = 0",
    "UPDATE posts SET text = 'Again', repost = NULL WHERE id % 3 = 0",
    "DELETE FROM posts WHERE id % 5 = 0",
    "DELETE FROM users WHERE id BETWEEN 100 AND 150",
    "UPDATE users SET handle = 'Twin1', created_at = date '2022-02-02' + id WHERE id IN (1, 2, 3)",
    "DELETE FROM posts WHERE user_id = 3; DELETE FROM users WHERE id = 3",
    "BEGIN; SAVEPOINT a; UPDATE users SET followers_count = 3 WHERE id = 10; ROLLBACK TO a; UPDATE users SET followers_count = 4 WHERE id = 11; COMMIT",
    "UPDATE users SET id = id + 100000 WHERE id BETWEEN 200 AND 230 AND NOT EXISTS (SELECT FROM posts WHERE user_id = users.id)",
    "TRUNCATE posts",
    "VACUUM FULL users",
    "VACUUM FREEZE users",
    "ALTER TABLE users RENAME COLUMN certified TO certified_once; ALTER TABLE users ADD COLUMN certified boolean DEFAULT true",
    "TRUNCATE users CASCADE",
], ids=lambda sql: sql[:40])
def test_every_kind_of_change_is_in(server, change):
    connection = connect(server.url)
    with connection.cursor() as cursor:
        for statement in change.split("; "):
            cursor.execute(statement)
    connection.close()
    assert_kept(server)


def test_random_changes_leave_what_a_computation_from_nothing_makes(cluster):
    url = make_database(cluster)
    fill(url, 300, 900, 3)
    draw = random.Random(5)
    with Server(url) as server:
        for turn in range(8):
            connection = connect(url, autocommit=False)
            for _ in range(4):
                with connection.cursor() as cursor:
                    ids = [id for id, in execute(url, "SELECT id FROM users ORDER BY id")] or [1]
                    kind = draw.randrange(5)
                    if kind == 0:
                        insert_users(cursor, [random_user(draw, draw.randrange(1, 2000)) for _ in range(draw.randrange(40))])
                    elif kind == 1:
                        insert_posts(cursor, [random_post(draw, draw.randrange(10**6), ids) for _ in range(draw.randrange(60))])
                    elif kind == 2:
                        cursor.execute("DELETE FROM users WHERE id = ANY (%s)", (draw.sample(ids, min(len(ids), 5)),))
                    elif kind == 3:
                        cursor.execute("UPDATE posts SET text = 'Again', user_id = %s WHERE id %% 13 = %s",
                                       (draw.choice(ids), draw.randrange(13)))
                    else:
                        cursor.execute("UPDATE users SET handle = 'Maria' || id + 10000, created_at = '2021-05-05', last_updated = now()"
                                       " WHERE id %% 17 = %s", (draw.randrange(17),))
                if draw.random() < 0.7:
                    connection.commit()
                else:
                    connection.rollback()
            connection.rollback()
            connection.close()
            if turn % 2:
                assert_kept(server)
        kept = execute(url, "SELECT * FROM watchdxg_signal ORDER BY user_id")
        execute(url, "TRUNCATE watchdxg_signal, watchdxg_cohort, watchdxg_risk_step; UPDATE watchdxg_signal_state SET horizon = NULL")
        up_to_date(server)
        assert_kept(server)
        assert execute(url, "SELECT * FROM watchdxg_signal ORDER BY user_id") == kept


def test_a_change_that_was_begun_before_a_look_and_committed_after_it_is_in(server):
    late = connect(server.url, autocommit=False)
    with late.cursor() as cursor:
        cursor.execute("INSERT INTO users (id, handle, followers_count) VALUES (77001, 'late', 3)")
    execute(server.url, "INSERT INTO users (id, handle, followers_count) VALUES (77002, 'early', 3)")
    up_to_date(server)
    late.commit()
    late.close()
    assert_kept(server)


def skip_transactions(cluster, next):
    """Freezes all rows and goes on with the transaction of that number."""
    subprocess.run([bin_dir() / "vacuumdb", "--quiet", "--all", "--freeze", "--maintenance-db", cluster.url("postgres")], check=True)
    cluster.stop()
    # pg_xact: two bits for each transaction, in files of 32 pages; its folder has none of so high a number yet.
    segment = cluster.data / "pg_xact" / f"{next // (32 * 8192 * 4):04X}"
    segment.write_bytes(bytes(32 * 8192))
    give_to_unprivileged(segment)
    subprocess.run([bin_dir() / "pg_resetwal", "-x", str(next), "-D", cluster.data], check=True, capture_output=True, cwd="/",
                   **unprivileged())
    cluster.start()


def test_rows_that_were_written_2_31_transactions_ago_do_not_look_new():
    cluster = PrivateCluster().start()
    url = make_database(cluster)
    fill(url, 40, 100)
    execute(url, "INSERT INTO posts (id, user_id) SELECT 1000 + id, id FROM users")
    skip_transactions(cluster, 3_000_000_000)
    (ages,) = execute(url, "SELECT (SELECT max(age(xmin)) FROM users), (SELECT max(age(xmin)) FROM posts)")
    assert max(ages) < 0
    with Server(url) as server:
        up_to_date(server)
        execute(url, "UPDATE watchdxg_signal SET last_seen = '2001-01-01'")  # whose row is written again loses it
        execute(url, "UPDATE users SET followers_count = 77 WHERE id = 2; UPDATE posts SET text = 'New' WHERE id = 1004;"
                     "INSERT INTO users (id, handle) VALUES (5000, 'new')")
        up_to_date(server)
        written = execute(url, "SELECT user_id FROM watchdxg_signal WHERE last_seen IS DISTINCT FROM '2001-01-01' ORDER BY 1")
        assert written == [(2,), (4,), (5000,)]
    cluster.remove()


def test_a_copy_of_the_database_is_not_taken_for_the_one_that_was_read(cluster, server):
    """Its transactions have other numbers: what changed there would be taken for known."""
    up_to_date(server)
    copy = cluster.create_database()
    dump = subprocess.run([bin_dir() / "pg_dump", "--dbname", server.url], capture_output=True, check=True).stdout
    subprocess.run([bin_dir() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", copy], input=dump, check=True, capture_output=True)
    execute(copy, "UPDATE watchdxg_signal_state SET horizon = horizon + 100000; UPDATE users SET followers_count = 7")
    with Server(copy) as other:
        assert_kept(other)


def test_two_processes_and_the_end_of_one_leave_everything_right(cluster):
    url = make_database(cluster)
    fill(url, 3000, 6000, 9)
    with Server(url) as one:
        with Server(url) as other:
            execute(url, "UPDATE users SET followers_count = 2 WHERE id % 3 = 0")
            up_to_date(other)
            assert_kept(one)
        execute(url, "UPDATE users SET followers_count = 200 WHERE id % 4 = 0")
        assert_kept(one)


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_wrong(cluster):
    url = make_database(cluster)
    fill(url, 6000, 6000, 11)
    server = Server(url)
    wait_until(lambda: execute(url, "SELECT count(*) FROM watchdxg_signal")[0][0] > 500, "some to be kept", 60, 0.005)
    server.kill()
    server.discard()
    (kept,), = execute(url, "SELECT count(*) FROM watchdxg_signal")
    execute(url, "UPDATE users SET bio = 'DM for promo' WHERE id % 9 = 0; DELETE FROM users WHERE id % 10 = 3")
    with Server(url) as again:
        assert_kept(again)
    assert kept < 6000


def test_changes_while_it_computes_are_in(cluster):
    url = make_database(cluster)
    fill(url, 4000, 8000, 13)
    stop = threading.Event()

    def change():
        draw = random.Random(17)
        while not stop.is_set():
            execute(url, f"UPDATE users SET followers_count = {draw.randrange(2000)} WHERE id % 50 = {draw.randrange(50)};"
                         f"UPDATE posts SET text = 'Again' WHERE id % 40 = {draw.randrange(40)}")
    writer = threading.Thread(target=change)
    writer.start()
    try:
        with Server(url) as server:
            time.sleep(4)
            stop.set()
            writer.join()
            assert_kept(server, with_ranks=False)
    finally:
        stop.set()
        writer.join()


def test_a_user_of_whom_nothing_is_kept_yet_is_computed_when_she_is_asked_for(cluster):
    """Another process has the turn, and does not go on."""
    url = make_database(cluster)
    fill(url, 20, 50)
    execute(url, "UPDATE watchdxg_signal_state SET holder = 'another', held_until = now() + interval '1 hour'")
    with Server(url) as server:
        answer = server.get("/api/users/1/signals/", token=mint())
        assert answer.status_code == 200 and answer.json()["as_of"] is None
        wanted = {name: value if value is None else pytest.approx(value) for name, value in expected(server)[1][1].items()}
        shown = {each["id"]: each["value"] for each in answer.json()["signals"]}
        wanted.pop("wave"), shown.pop("wave")
        assert shown == wanted
        def pending():
            known = server.get("/api/server/", token=mint()).json()["signals"]
            assert known["as_of"] is None
            return known["pending"]
        wait_until(pending, "the first look to find her")


def test_a_rank_is_never_above_1_and_no_band_is_given_without_one(cluster):
    """Users come faster than ranks are counted."""
    url = make_database(cluster)
    fill(url, 300, 0)
    keep_signals(url, "0.1 + 0.8 * t.id / 300.0")
    execute(url, "DELETE FROM watchdxg_risk_step WHERE risk > 0.2; UPDATE watchdxg_risk_step SET total = 30 WHERE account_id = 1;"
                 "DELETE FROM watchdxg_risk_step WHERE account_id = 2")
    with Server(url) as server:
        rows = server.get("/api/users/?fields=account_id,rank,signals", token=mint()).json()
        ranks = [row["rank"] for row in rows if row["account_id"] == 1]
        assert max(ranks) == 1 and min(ranks) < 0.1
        assert {(row["rank"], row["signals"]["band"]) for row in rows if row["account_id"] == 2} == {(None, None)}


def test_ranks_are_known_before_the_last_of_many_users_is_computed(cluster):
    url = make_database(cluster)
    fill(url, 12_000, 0)
    with Server(url) as server:
        def known():
            (count,), = execute(url, "SELECT count(*) FROM watchdxg_signal")
            (steps,), = execute(url, "SELECT count(*) FROM watchdxg_risk_step")
            return steps and count
        assert wait_until(known, "ranks to be counted", 60, 0.01) < 11_000


def waiting(url, table):
    """For how many seconds a statement has waited for a lock of the table; None: none waits."""
    (seconds,), = execute(url, "SELECT extract(epoch FROM max(clock_timestamp() - a.query_start))::float8 FROM pg_locks AS l"
                               " JOIN pg_stat_activity AS a USING (pid) WHERE l.relation = %s::regclass AND NOT l.granted", (table,))
    return seconds


def test_counting_ranks_may_take_longer_than_a_statement_of_a_request(cluster):
    url = make_database(cluster)
    fill(url, 50, 0)
    with Server(url, statement_timeout=2) as server:
        up_to_date(server)
        blocker = connect(url, autocommit=False)
        with blocker.cursor() as cursor:
            cursor.execute("LOCK TABLE watchdxg_risk_step")
            execute(url, "UPDATE users SET followers_count = 77 WHERE id % 2 = 0")
            wait_until(lambda: (waiting(url, "watchdxg_risk_step") or 0) > 3, "the ranks to be counted for 3 s")
        blocker.rollback()
        blocker.close()
        assert_kept(server)
        assert "could not be kept" not in server.log


def test_a_turn_is_renewed_while_a_look_reads_and_the_look_ends_when_another_has_it(cluster):
    url = make_database(cluster)
    fill(url, 50, 100)

    def held_until():
        return execute(url, "SELECT held_until FROM watchdxg_signal_state")[0][0]
    with Server(url) as server:
        up_to_date(server)
        before, during = connect(url, autocommit=False), connect(url, autocommit=False)
        before.cursor().execute("LOCK TABLE watchdxg_cohort")  # the waves are read first, in the turn
        execute(url, "UPDATE users SET followers_count = 77 WHERE id % 2 = 0")
        wait_until(lambda: waiting(url, "watchdxg_cohort") is not None, "the look to find the changes")
        during.cursor().execute("LOCK TABLE posts")
        before.rollback()
        wait_until(lambda: waiting(url, "posts") is not None, "the look to read users and their posts")
        first = held_until()
        wait_until(lambda: held_until() > first, "the turn to be renewed", 15)
        execute(url, "UPDATE watchdxg_signal_state SET holder = 'another', held_until = now() + interval '1 hour'")
        wait_until(lambda: waiting(url, "posts") is None, "the look to end", 15)
        during.rollback()
        assert "could not be kept" not in server.log
        assert execute(url, "SELECT holder FROM watchdxg_signal_state") == [("another",)]
        before.close(), during.close()


def test_ordering_and_filters_by_rank_are_what_the_ranks_say(server):
    draw = random.Random(2)
    connection = connect(server.url, autocommit=False)
    with connection, connection.cursor() as cursor:
        insert_users(cursor, [random_user(draw, id) for id in range(5000, 5400)])
    connection.close()
    up_to_date(server)
    rows = server.get("/api/users/?fields=id,risk,rank", token=mint()).json()
    high = server.get("/api/users/?fields=id&rank__gte=0.9&ordering=id", token=mint()).json()
    assert [row["id"] for row in high] == sorted(row["id"] for row in rows if row["rank"] is not None and row["rank"] >= 0.9) != []


def test_equal_risks_are_in_an_order_without_meaning_that_stays(server):
    execute(server.url, "INSERT INTO users (id, account_id, handle, followers_count) SELECT 60000 + n, 1, 'equal', 500 FROM generate_series(1, 50) AS n"
                        " ON CONFLICT DO NOTHING")
    up_to_date(server)
    rows = server.get("/api/users/?fields=id,risk&handle=equal&ordering=-risk", token=mint()).json()
    ids = [row["id"] for row in rows]
    assert len({row["risk"] for row in rows}) == 1 and ids != sorted(ids) and ids != sorted(ids, reverse=True)
    page = server.get("/api/users/?fields=id,risk&handle=equal&ordering=-risk&page_size=7", token=mint()).json()
    paged = page["results"]
    while page["next"]:
        page = server.get(page["next"].split(str(server.port), 1)[1], token=mint()).json()
        paged += page["results"]
    assert paged == rows
