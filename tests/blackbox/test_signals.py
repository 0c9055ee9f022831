"""Signals: each rule's value and contribution by hand, the score, and lists that are chosen and ordered by it."""
import json
import math
import re

import pytest

from support.data import make_database, seed
from support.postgres import execute
from support.server import PROJECT, Server, run_command
from support.signals import up_to_date
from support.tokens import mint

BIAS = -3.0
IDS = ["follow_ratio", "following_limit", "account_age", "following_per_day", "followers_below_15",
       "followers_below_100", "no_bio", "no_link", "handle_digits", "handle_generated", "name_is_handle",
       "repost_share", "repeated_text", "no_posts", "inactive", "certified", "wave"]
TODAY = "date '2025-06-27'"  # when the users were last seen: to then their ages are counted
NOW = "timestamptz '2025-06-27 23:59:59.999999+00'"
USERS = f"""
DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'synka777'), (2, 'other');
ALTER TABLE users ALTER last_updated SET DEFAULT {NOW}; -- the core still stored users without posts
INSERT INTO users (id, account_id, handle, username, certified, bio, created_at, following_count, followers_count,
                   featured_url) VALUES
    (1, 1, 'nora_lind', 'Nora Lind', true, 'Hello', {TODAY} - 3000, 200, 400, 'nora.example'),
    (2, 1, 'abcd12345678', 'ABCD12345678', NULL, E' \\n', {TODAY} - 45, 4950, 9, NULL),
    (3, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 1, 'joan1234', 'Joan', false, 'Hi', {TODAY} - 400, 50, 1, 'j.example'),
    (5, 1, 'xqzvkjwq', 'X', false, 'Hi', {TODAY} - 91, 51, 500, 'x.example'),
    (6, 1, 'reposter', 'R', false, 'Hi', {TODAY} - 2000, 10, 500, 'r.example'),
    (7, 1, 'repeater', 'R', false, 'Hi', {TODAY} - 2001, 10, 500, 'r.example'),
    (8, 1, 'sleeper', 'S', false, 'Hi', 'infinity', -5, 500, 's.example'),
    (9, 2, 'limit', 'L', false, 'Hi', {TODAY} - 2002, 4899, 999, 'l.example');
INSERT INTO posts (id, user_id, timestamp, text, repost)
    SELECT 100 + n, 1, {NOW} - n * interval '1 day', 'Text ' || n, false FROM generate_series(3, 8) AS n;
INSERT INTO posts (id, user_id, timestamp, text, repost)
    SELECT 200 + n, 6, {NOW} - interval '1 day', 'Same', n > 1 FROM generate_series(1, 10) AS n;
INSERT INTO posts (id, user_id, timestamp, text, repost)
    SELECT 300 + n, 7, {NOW} - interval '1 day', CASE WHEN n < 5 THEN 'Again' ELSE ' ' END, n = 9
    FROM generate_series(1, 9) AS n;
INSERT INTO posts (id, user_id, timestamp, text, repost) VALUES
    (401, 8, {NOW} - interval '90 days 1 hour', 'Once', NULL), (402, 8, {NOW} - interval '300 days', 'Twice', NULL),
    (403, 9, {NOW} - interval '89 days 23 hours', 'Hm', NULL);
"""
# what fires, by hand: {user: {signal: contribution}}
FIRES = {
    1: {"certified": -0.4},
    2: {"follow_ratio": 1.5, "following_limit": 1.0, "account_age": 0.75, "following_per_day": 1.0,
        "followers_below_15": 1.0, "followers_below_100": 0.6, "no_bio": 0.5, "no_link": 0.8, "handle_digits": 0.4,
        "name_is_handle": 0.3, "no_posts": 0.7},
    4: {"follow_ratio": 0.75, "followers_below_15": 1.0, "followers_below_100": 0.6, "handle_digits": 0.2,
        "no_posts": 0.7},
    6: {"repost_share": 0.7},
    7: {"repeated_text": 1.0},
    8: {"inactive": 0.4},
    9: {},
}
MISSING = {
    1: {},
    2: {"certified": "certified", "handle_generated": "handle: too little", "repost_share": "posts: too little",
        "repeated_text": "posts: too little", "inactive": "posts: too little"},
    8: {"follow_ratio": "following_count", "following_limit": "following_count", "account_age": "created_at",
        "following_per_day": "following_count, created_at", "repost_share": "posts: too little", "wave": "created_at"},
}


@pytest.fixture(scope="module")
def server(cluster):
    url = make_database(cluster)
    execute(url, USERS)
    with Server(url) as server:
        up_to_date(server)
        yield server


@pytest.fixture(scope="module")
def seeded(cluster):
    url = make_database(cluster)
    seed(url, 1500, 4000)
    with Server(url) as server:
        up_to_date(server)
        yield server


def get(server, path, status=200, **params):
    answer = server.get(path, token=mint("access"), params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def signals(server, user):
    answer = get(server, f"/api/users/{user}/signals/")
    return answer, {signal["id"]: signal for signal in answer["signals"]}


def logistic(x):
    return 1 / (1 + math.exp(-x))


# -- one user

@pytest.mark.parametrize("user, fired", FIRES.items())
def test_the_signals_that_fire_and_the_risk_are_those_computed_by_hand(server, user, fired):
    answer, by_id = signals(server, user)
    assert list(answer) == ["version", "as_of", "risk", "rank", "probability", "band", "signals", "reasons"] and list(by_id) == IDS
    assert {id: signal["contribution"] for id, signal in by_id.items() if signal["contribution"] != 0} == \
        pytest.approx(fired)
    assert answer["risk"] == pytest.approx(logistic(BIAS + sum(fired.values())))


@pytest.mark.parametrize("user, missing", MISSING.items())
def test_a_missing_input_is_named_and_contributes_nothing(server, user, missing):
    _, by_id = signals(server, user)
    assert {id: signal["missing"] for id, signal in by_id.items() if signal["missing"] is not None} == missing
    for id in missing:
        assert by_id[id]["value"] is None and by_id[id]["contribution"] == 0


def test_values_are_shown_beside_thresholds(server):
    _, of_2 = signals(server, 2)
    assert {id: of_2[id]["value"] for id in IDS} == {
        "follow_ratio": 550, "following_limit": 4950, "account_age": 45, "following_per_day": 110,
        "followers_below_15": 9, "followers_below_100": 9, "no_bio": True, "no_link": True, "handle_digits": 8,
        "handle_generated": None, "name_is_handle": True, "repost_share": None, "repeated_text": None,
        "no_posts": True, "inactive": None, "certified": None, "wave": 0}
    assert of_2["follow_ratio"]["threshold"] == 50 and of_2["no_bio"]["threshold"] is None
    _, of_7 = signals(server, 7)
    assert of_7["repeated_text"]["value"] == 4 and of_7["repost_share"]["value"] == pytest.approx(1 / 9)
    _, of_8 = signals(server, 8)
    assert of_8["inactive"]["value"] == 90
    _, of_9 = signals(server, 9)
    assert of_9["inactive"]["value"] == 89 and of_9["following_limit"]["value"] == 4899


def test_how_likely_a_handle_is_follows_from_the_table_of_pairs(server):
    table = [int(n) for n in re.findall(r"-\d+", (PROJECT / "src/model/handle_bigrams.hpp").read_text())]
    assert len(table) == 26 * 26
    handle = "xqzvkjwq"
    pairs = [table[26 * (ord(a) - 97) + ord(b) - 97] for a, b in zip(handle, handle[1:])]
    _, by_id = signals(server, 5)
    value = sum(pairs) / len(pairs) / 1000
    assert by_id["handle_generated"]["value"] == pytest.approx(value)
    assert value < -2.25 and by_id["handle_generated"]["contribution"] == 0.4
    assert by_id["account_age"]["contribution"] == 0  # 91 days


def test_a_user_of_whom_nothing_is_known_has_no_risk(server):
    answer, by_id = signals(server, 3)
    assert answer["risk"] is None and answer["band"] is None
    assert all(signal["value"] is None and signal["missing"] for signal in by_id.values())


@pytest.mark.parametrize("path", ["/api/users/77/signals/", "/api/users/99999999999999999999/signals/"])
def test_a_user_that_does_not_exist_is_404(server, path):
    assert list(get(server, path, 404)) == ["detail"]


@pytest.mark.parametrize("last_updated, is_fact", [("2025-06-27 23:59:59", True), ("2025-06-28", False), ("2026-01-01", False),
                                                   (None, True), ("-infinity", True)])
def test_that_no_post_is_stored_says_nothing_of_users_whom_the_core_stores_with_posts_alone(cluster, last_updated, is_fact):
    url = make_database(cluster)
    execute(url, "DELETE FROM users; INSERT INTO users (id, account_id, handle, username, last_updated) VALUES (1, NULL, 'a', 'A', %s)",
            (last_updated,))
    with Server(url) as server:
        up_to_date(server)
        _, by_id = signals(server, 1)
        assert by_id["no_posts"]["value"] is (True if is_fact else None)
        assert by_id["no_posts"]["missing"] == (None if is_fact else "posts")
        execute(url, "INSERT INTO posts (id, user_id, timestamp) VALUES (1, 1, now())")
        up_to_date(server)
        assert signals(server, 1)[1]["no_posts"]["value"] is False


def test_a_count_that_the_core_misread_is_right_in_the_score(cluster):
    url = make_database(cluster)
    execute(url, """DELETE FROM users; INSERT INTO users (id, handle, following_count, followers_count, following_str, followers_str)
        VALUES (1, 'a', 1, 12, '1.234', '12.345'), (2, 'b', 12000, 3, '1,2 k', '3')""")
    with Server(url) as server:
        up_to_date(server)
        values = {user: {id: each["value"] for id, each in signals(server, user)[1].items()} for user in (1, 2)}
        assert values[1]["followers_below_15"] == 12345 and values[1]["follow_ratio"] == pytest.approx(1234 / 12345)
        assert values[2]["follow_ratio"] == 400
        raw = {row["id"]: row["risk"] for row in get(server, "/api/users/", fields="id,risk")}
        corrected = {row["id"]: row["risk"] for row in get(server, "/api/users/", fields="id,risk", corrected="true")}
        assert raw == corrected


# -- waves

def test_a_person_stored_as_several_rows_is_no_wave_with_herself(cluster):
    url = make_database(cluster)
    execute(url, """DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'a');
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT n, 1, repeat(chr(97 + n % 26), 1 + n % 7) || '_' || repeat('7', n % 9), date '2010-01-05' + 20 * n,
                   'I am ' || n FROM generate_series(1, 200) AS n;
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT 1000 + n, 1, CASE WHEN n = 3 THEN 'TWICE1' ELSE 'twice1' END, date '2024-03-01' + n, 'Me' FROM generate_series(1, 7) AS n;
        INSERT INTO users (id, account_id, handle, created_at, bio) VALUES (1009, 1, 'Twice1', NULL, 'Me');
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT 2000 + n, 1, 'Maria' || 10000 + n % 20, date '2024-04-01' + n / 20, 'M' || n % 20 FROM generate_series(0, 59) AS n""")
    with Server(url) as server:
        up_to_date(server)
        size = {row["id"]: row["signals"]["signals"][-1]["value"] for row in get(server, "/api/users/", fields="id,signals")}
        assert {size[user] for user in range(1001, 1008)} == {0}
        assert {size[user] for user in range(2000, 2060)} == {20}  # twenty people in sixty rows
        for user in (1001, 2000, 2059):
            assert signals(server, user)[1]["wave"]["value"] == size[user]

def test_a_wave_larger_than_chance_fires_for_its_members_alone(cluster):
    url = make_database(cluster)
    execute(url, """DELETE FROM users; DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'a'), (2, 'b');
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT n, 1, repeat(chr(97 + n % 26), 1 + n % 7) || '_' || repeat('7', n % 9), date '2010-01-05' + 20 * n,
                   'I am ' || n FROM generate_series(1, 200) AS n;
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT 1000 + n, 1, 'Maria' || 10000 + n, '2024-03-01', NULL FROM generate_series(1, 20) AS n;
        INSERT INTO users (id, account_id, handle, created_at, bio)
            SELECT 2000 + n, 1, chr(96 + n) || 'x' , '2024-05-01', 'DM for promo' FROM generate_series(1, 12) AS n;
        INSERT INTO users (id, account_id, handle, created_at, bio)
            VALUES (3001, 2, 'Maria99999', '2024-03-01', NULL), (3002, 1, 'Maria99999', '2024-04-01', NULL)""")
    with Server(url) as server:
        up_to_date(server)
        size = {row["id"]: row["signals"]["signals"][-1]["value"] for row in
                get(server, "/api/users/", fields="id,signals")}
        assert {id for id, value in size.items() if value} == {*range(1001, 1021), *range(2001, 2013)}
        assert size[1001] == 20 and size[2001] == 12
        assert signals(server, 1005)[1]["wave"]["contribution"] == 1.5


# -- lists

def test_expand_adds_the_object_that_the_user_has_by_itself_but_for_the_sentences(server):
    rows = get(server, "/api/users/", expand="signals,classification", ordering="id")
    assert [row["id"] for row in rows] == list(range(1, 10))
    for row in rows:
        assert list(row)[-2:] == ["signals", "classification"]
        alone, _ = signals(server, row["id"])
        assert alone.pop("reasons")
        assert {**row["signals"], "as_of": None} == {**alone, "as_of": None}


@pytest.mark.parametrize("params", [{}, {"limit": "1000"}, {"page_size": "1000"}, {"search": "a"},
                                    {"classification": "harmful"}, {"account_id": "2", "followers_count__gte": "100"}])
def test_the_risk_of_a_list_does_not_depend_on_how_it_is_asked_for(seeded, params):
    risks = {row["id"]: row["risk"] for row in get(seeded, "/api/users/", fields="id,risk")}
    assert len(risks) == 1500
    answer = get(seeded, "/api/users/", fields="id,risk", ordering="-risk", **params)
    rows = answer["results"] if isinstance(answer, dict) else answer
    assert len(rows) > 10
    for row in rows:
        assert row["risk"] == risks[row["id"]] and 0 <= row["risk"] <= 1


def test_ordering_by_risk_is_descending_with_nulls_last(seeded, server):
    risks = [row["risk"] for row in get(seeded, "/api/users/", fields="risk", ordering="-risk")]
    assert risks == sorted(risks, reverse=True) and len(set(risks)) > 20
    assert get(server, "/api/users/", fields="id,risk", ordering="-risk")[-1] == {"id": 3, "risk": None}
    assert get(server, "/api/users/", fields="id,risk", ordering="risk")[-1] == {"id": 3, "risk": None}


def test_pages_by_cursor_in_the_order_of_risk_are_the_list(seeded):
    whole = get(seeded, "/api/users/", fields="id", ordering="-risk", account_id="2")
    page = get(seeded, "/api/users/", fields="id", ordering="-risk", account_id="2", page_size="50")
    rows = page["results"]
    while page["next"]:
        page = seeded.get(page["next"].split(str(seeded.port), 1)[1], token=mint("access")).json()
        rows += page["results"]
    assert rows == whole and len(rows) > 100


@pytest.mark.parametrize("filters", [{}, {"account_id": "2"}, {"risk__gte": "0.2"}, {"classification": "unclassified"}])
def test_pages_by_number_in_the_order_of_risk_are_the_list(seeded, filters):
    asked = {"fields": "id,handle,risk,rank,classification", "ordering": "-risk", **filters}
    whole = get(seeded, "/api/users/", **asked)
    assert len(whole) > 100
    for offset in (0, 1, 50, len(whole) - 3, len(whole), len(whole) + 10):
        assert get(seeded, "/api/users/", limit="20", offset=str(offset), **asked)["results"] == whole[offset:offset + 20]


def test_filters_on_risk_choose_what_the_values_say(seeded):
    rows = get(seeded, "/api/users/", fields="id,risk")
    border = sorted(row["risk"] for row in rows)[1000]
    chosen = get(seeded, "/api/users/", fields="id", risk__gte=repr(border), ordering="id")
    assert [row["id"] for row in chosen] == sorted(row["id"] for row in rows if row["risk"] >= border)
    page = get(seeded, "/api/users/", fields="id", risk__lt=repr(border), limit="5")
    assert page["count"] == sum(row["risk"] < border for row in rows) and len(page["results"]) == 5


@pytest.mark.parametrize("params, error", [
    ({"risk__gte": "much"}, {"risk__gte": ["Enter a number."]}),
    ({"risk__gte": "nan"}, {"risk__gte": ["Enter a number."]}),
    ({"risk__icontains": "1"}, {"risk__icontains": ["Unsupported lookup 'icontains'."]}),
    ({"ordering": "signals"}, {"ordering": ["Select a valid choice. signals is not one of the available choices."]}),
    ({"expand": "risk"}, {"expand": ["Select a valid choice. risk is not one of the available choices."]}),
    ({"expand": "signals", "format": "csv"}, {"expand": ["signals: not available in CSV."]}),
    ({"fields": "id,signals", "format": "csv"}, {"fields": ["signals: not available in CSV."]}),
])
def test_what_does_not_fit_is_400(server, params, error):
    assert get(server, "/api/users/", 400, **params) == error


def test_exports_have_the_risk(server):
    answer = server.get("/api/users/?format=csv&fields=id,risk&id__in=1,3&ordering=id", token=mint("access"))
    header, first, third, end = answer.text.split("\r\n")
    assert [header, third, end] == ["id,risk", "3,", ""] and first.startswith("1,")
    assert float(first.removeprefix("1,")) == pytest.approx(logistic(-3.4))
    lines = server.get("/api/users/?format=ndjson&fields=id,signals&ordering=-risk", token=mint("access")).text
    assert [json.loads(line) for line in lines.splitlines()] == get(server, "/api/users/", fields="id,signals", ordering="-risk")


def test_a_user_alone_and_the_default_list_have_no_signals(server):
    assert not {"risk", "signals"} & set(get(server, "/api/users/1/"))
    assert not {"risk", "signals"} & set(get(server, "/api/users/", ordering="id")[0])


def test_the_order_of_rows_in_the_tables_changes_nothing(cluster):
    url = make_database(cluster)
    seed(url, 300, 600)
    with Server(url) as server:
        up_to_date(server)
        def without_time():
            rows = get(server, "/api/users/", fields="id,signals", ordering="id")
            return [(row["id"], {**row["signals"], "as_of": None}) for row in rows]
        before = without_time()
        for table in ("users", "posts"):
            execute(url, "SET session_replication_role = replica;"  # or a trigger of the core's sets last_updated
                         f"CREATE TEMP TABLE kept AS TABLE {table}; UPDATE {table} SET id = id "
                         f"WHERE id % 3 = 0; UPDATE {table} SET id = id WHERE id % 2 = 0; DROP TABLE kept")
        up_to_date(server)
        assert without_time() == before


# -- the rules themselves

def test_the_rules_are_described_with_their_weights_and_sources(server):
    answer = get(server, "/api/signals/")
    assert list(answer) == ["version", "formula", "bias", "bands", "signals"]
    assert answer["bias"] == BIAS and [signal["id"] for signal in answer["signals"]] == IDS
    assert [(band["from"], band["from_rank"]) for band in answer["bands"]] == [(0, 0), (0.08, 0.7), (0.12, 0.9), (0.2, 0.98)]
    for signal in answer["signals"]:
        assert signal["title"] and signal["why"] and signal["source"] and signal["inputs"]
    weights = {signal["id"]: signal["weight"] for signal in signals(server, 2)[0]["signals"]}
    assert {signal["id"]: signal["weight"] for signal in answer["signals"]} == weights


def test_weights_are_settings(server):
    with Server(server.url, signal_weights="bias=-1,no_bio=2.5,wave=0") as other:
        up_to_date(other)
        rules = get(other, "/api/signals/")
        assert rules["bias"] == -1
        assert {signal["id"]: signal["weight"] for signal in rules["signals"]}["no_bio"] == 2.5
        expected = sum(FIRES[2].values()) - 0.5 + 2.5 - 1
        assert signals(other, 2)[0]["risk"] == pytest.approx(logistic(expected))


def test_extreme_weights_stay_within_0_and_1(server):
    with Server(server.url, signal_weights="bias=100," + ",".join(f"{id}=100" for id in IDS)) as other:
        up_to_date(other)
        assert signals(other, 2)[0]["risk"] == 1
    with Server(server.url, signal_weights="bias=-100," + ",".join(f"{id}=-100" for id in IDS)) as other:
        up_to_date(other)
        assert 0 <= signals(other, 2)[0]["risk"] < 1e-12


@pytest.mark.parametrize("weights", ["nothing=1", "wave", "wave=", "wave=much", "wave=1e9", "bias=nan"])
def test_a_weight_that_is_none_is_refused_when_the_settings_are_read(weights):
    done = run_command("config", "dump", url="postgresql:///x", signal_weights=weights)
    assert done.returncode != 0 and "WDX_SIGNAL_WEIGHTS" in done.stderr


def test_nothing_is_written_by_looking(server):
    def rows():
        return [execute(server.url, f"SELECT count(*) FROM {table}") for table in
                ("classification", "actions", "watchdxg_event")]
    before = rows()
    get(server, "/api/users/", expand="signals", ordering="-risk")
    signals(server, 2)
    assert rows() == before


# -- older cores

@pytest.mark.parametrize("schema", ["v1", "v2"])
def test_older_schemas_miss_what_they_lack(cluster, schema):
    url = make_database(cluster, schema)
    execute(url, "DELETE FROM users; INSERT INTO users (id, handle, username, bio, created_at, following_count, "
                 "followers_count) VALUES (1, 'nora_lind', 'Nora', '', '2015-03-01 10:00+00', 10, 20), "
                 "(2, NULL, NULL, NULL, NULL, NULL, NULL)")
    with Server(url) as server:
        up_to_date(server)
        answer, by_id = signals(server, 1)
        missing = {id for id, signal in by_id.items() if signal["missing"] is not None}
        of_posts = {"repost_share", "repeated_text", "inactive"}
        assert missing == {"certified"} | of_posts | ({"no_posts"} if schema == "v1" else set())
        fired = 0.6 + 0.5 + 0.8 + (0.7 if schema == "v2" else 0)
        assert answer["risk"] == pytest.approx(logistic(BIAS + fired))
        assert signals(server, 2)[0]["risk"] is None


def test_all_routes_need_a_token(server):
    for path in ("/api/signals/", "/api/users/1/signals/", "/api/users/?ordering=-risk"):
        assert server.get(path).status_code == 401
