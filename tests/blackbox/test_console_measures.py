"""What the console has to stand: many decisions, a long list, many tabs, tunnels, a server that goes, strangers' words, and
who uses keys alone. Real Chromium, the real server; what depends on speed is in bench/run --only console."""
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from support.console import Console, judge_once
from support.data import make_database
from support.documented import Documented
from support.postgres import execute, wait_until
from support.raw import exchange, request
from support.server import Server
from support.signals import up_to_date
from support.tls import Certificate
from support.tokens import mint

pytestmark = pytest.mark.xdist_group("console measures")  # they share a browser, a server and 10,000 users

MEANT = {"h": (True, False), "i": (False, True), "s": (False, False)}
CROWD = 10_000          # as many as one bulk edit can judge
JUDGED_BEFORE = 1_500   # of the crowd
HOSTILE = 2_000_000
PLAIN = 1_000_001       # a user of the crowd with ordinary texts
NOBODY = "acme_corp"    # an account without users
PEOPLE = f"""
INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower)
SELECT 1000000 + i, 1, 'p' || substr(md5(i::text), 1, 10), 'Crowd ' || i, md5('bio' || i), date '2010-01-01' + i % 5000,
       100 + i % 4000, i % 977, true FROM generate_series(1, {CROWD}) AS i;
INSERT INTO classification (user_id, harmful, inactive, classified_at, notes)
SELECT 1000000 + i, i % 3 = 0, i % 5 = 0, timestamptz '2025-01-01' + i * interval '1 minute', CASE WHEN i % 7 = 0 THEN 'note ' || i END
  FROM generate_series(10, {CROWD}, {CROWD // JUDGED_BEFORE}) AS i;
INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, follower)
SELECT 1000 + i, 1, 'wave' || (10000 + i), 'Wave ' || i, 'DM me', '2026-05-01', 4000 + i, i % 20, true FROM generate_series(1, 60) AS i;
INSERT INTO posts (id, user_id, timestamp, username, handle, text, repost)
SELECT 500 + i, 1000 + i, now(), 'Wave', 'wave', 'Buy now', false FROM generate_series(1, 60) AS i;
"""
RTL = "U&'\\202E'"
STRANGERS = f"""
INSERT INTO users (id, account_id, handle, username, bio, created_at, following_count, followers_count, featured_url, follower)
SELECT {HOSTILE} + i, 1, (ARRAY['<script>executed=1</script>', {RTL} || 'elbisrever', repeat('W', 240), '"onmouseover=executed=1 x="', '&lt;b&gt;'])[1 + i % 5] || i,
       (ARRAY[{RTL} || '<img src=x onerror=executed=1>', repeat(U&'\\FDFD', 80), 'javascript:executed=1', repeat('M', 255), U&'\\2067\\2067\\202D x'])[1 + i % 5],
       (ARRAY['<img src=x onerror="window.executed=1"> javascript:executed=1 ' || repeat('W', 9900), {RTL} || repeat(U&'\\05D0', 9990),
              repeat('https://evil.example/?', 450), repeat('<iframe srcdoc="x">', 500), repeat(U&'Z\\0335\\0336\\0337', 2400)])[1 + i % 5],
       '2026-05-01', 5000, 0, (ARRAY['javascript:executed=1', '//evil.example', 'data:text/html,<script>executed=1</script>', repeat('a', 2000), 'x'])[1 + i % 5], true
  FROM generate_series(0, 39) AS i;
INSERT INTO posts (id, user_id, timestamp, username, handle, text, repost)
SELECT 5000 + i, {HOSTILE} + i % 40, now(), '<b>x</b>', repeat('x', 255), '<iframe src="javascript:executed=1"></iframe>' || repeat(U&'\\202EW', 2000), i % 2 = 0
  FROM generate_series(0, 119) AS i;
INSERT INTO actions (user_id, action_type, notes) SELECT {HOSTILE} + i, '<svg onload=1>' || repeat('Q', 30), '<img src=x onerror=executed=1>' || repeat('W', 5000) FROM generate_series(0, 9) AS i;
"""
# What an edit may touch; of what is counted or stamped, nothing.
TABLES = {
    "classification": "SELECT row_to_json(c)::text FROM classification AS c ORDER BY user_id",
    "actions": "SELECT row_to_json(a)::text FROM actions AS a ORDER BY id",
    "watchdxg_snooze": "SELECT row_to_json(s)::text FROM watchdxg_snooze AS s ORDER BY user_id",
    "watchdxg_sampled_verdict": "SELECT row_to_json(m)::text FROM watchdxg_sampled_verdict AS m ORDER BY user_id",
}


@pytest.fixture(scope="module")
def console():
    with Console() as console:
        yield console


@pytest.fixture(scope="module")
def watched(cluster):
    url = make_database(cluster)
    execute(url, PEOPLE)
    execute(url, STRANGERS)
    with managed(url) as server:
        yield judge_once(up_to_date(server))


@contextmanager
def managed(url, **settings):
    with Server(url, management_listen="127.0.0.1:0", **settings) as server:
        server.management = int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", server.output, re.M)[1])
        yield server


@pytest.fixture
def at_desk(console, watched):
    """The console, after a login at `watched`; afterwards nothing may have been violated, asked of others, or failed."""
    console("enter", url=watched.base_url)
    yield console
    was_clean(console("leave"))


def was_clean(seen):
    assert (seen["violations"], seen["foreign"], seen["errors"]) == ([], [], [])


def tables(url):
    return {name: execute(url, sql) for name, sql in TABLES.items()}


def streams(server):
    text = exchange(server.management, request("/metrics")).body.decode()
    return int(re.search(r"^wdx_event_streams (\d+)", text, re.M)[1])


def verdicts(url, judged):
    """What the database says about who was judged as [handle, key], in their order."""
    rows = execute(url, "SELECT '@' || handle, harmful, inactive FROM classification JOIN users ON id = user_id")
    known = {handle: (harmful, inactive) for handle, harmful, inactive in rows}
    return [known.get(handle) for handle, _ in judged]


def meant(judged):
    return [MEANT[key] for _, key in judged]


def newest_entry(url):
    return execute(url, "SELECT coalesce(max(id), 0) FROM watchdxg_log")[0][0]


def changes_since(url, entry):
    """How many verdicts each handle was given since then, by the journal."""
    rows = execute(url, "SELECT '@' || u.handle, count(*) FROM watchdxg_log AS l JOIN users AS u ON u.id = l.user_id"
                        " WHERE l.id > %s AND l.event = 'classification_changed' GROUP BY 1", (entry,))
    return dict(rows)


# -- many decisions


def test_a_hundred_decisions_are_confirmed_and_each_is_taken_back(at_desk, watched):
    before = tables(watched.url)
    at_desk("open", path="triage")
    judged = at_desk("judge", count=100, keys="hsi")["judged"]
    at_desk("settled")
    assert len({handle for handle, _ in judged}) == 100
    assert verdicts(watched.url, judged) == meant(judged)
    said = at_desk("takeBack", count=100)
    assert said == [f"Taken back: {handle}" for handle, _ in reversed(judged)]
    at_desk("settled")
    assert tables(watched.url) == before


def test_ten_thousand_verdicts_at_once_are_taken_back_with_one_key(at_desk, watched):
    before = tables(watched.url)
    asked = at_desk("judgeAll", search="Crowd ", choice="Harmful")
    assert "10,000" in asked
    at_desk("settled")
    crowd = execute(watched.url, "SELECT count(*) FROM classification JOIN users ON id = user_id WHERE username LIKE 'Crowd %%' AND harmful AND NOT inactive")
    assert crowd == [(CROWD,)]
    at_desk("takeBack", count=1)
    at_desk("settled")
    assert tables(watched.url) == before


# -- a long list


def test_every_row_of_a_long_list_is_seen_once_and_few_are_drawn(console, watched):
    console("enter", url=watched.base_url, width=2560, height=1440)
    console("open", path="people?least=500")
    seen = console("scrollThrough")
    was_clean(console("leave"))
    ids = [row for row, in execute(watched.url, "SELECT id FROM users WHERE account_id = 1 AND followers_count >= 500")]
    assert len(ids) > 4000
    assert len(seen["ids"]) == seen["count"] == len(ids)
    assert sorted(seen["ids"]) == sorted(ids)
    assert seen["nodes"] <= 2500


def test_a_filter_is_in_the_address_and_letters_in_a_field_are_text(at_desk):
    """Were they keys, they would judge, ask for help, or go to another page."""
    written = "gt hisz?xo/ [ ]"
    at_desk("open", path="triage")
    at_desk("open", path="people")
    assert at_desk("search", text=written) == {"hash": "#/people?search=gt+hisz%3Fxo%2F+%5B+%5D", "value": written, "dialogs": 0, "decisions": 0}
    at_desk("shown", selector=".empty", text="Nobody fits")
    at_desk("back", hash="#/triage")


# -- tabs


def test_eight_tabs_share_one_stream_and_all_tell_the_same(console, watched):
    console("enter", url=watched.base_url, tabs=8)
    console("openEverywhere", path="users/1")
    console("shown", selector=".liveness", text="live")
    wait_until(lambda: streams(watched) == 1, "one stream for eight tabs")
    console("press", keys=["i"], tab=3)
    console("shown", selector=".subject .badges .tag", text="inactive")
    for harmful, word in ((True, "harmful"), (False, "sane")):  # by others, also where this operator had decided
        answer = watched.request("PUT", "/api/users/1/classification/", mint(), json={"harmful": harmful, "inactive": False})
        assert answer.status_code in (200, 201)
        console("shown", selector=".subject .badges .tag", text=word)
    assert streams(watched) == 1
    assert watched.request("DELETE", "/api/users/1/classification/", mint()).status_code == 204
    console("shown", selector=".subject .badges .tag", text="Not judged")
    was_clean(console("leave"))


LIFETIME, STAY = 5, 16


def tabs_of_short_tokens(url, **settings):
    """Five tabs, then four, the access tokens of which live five seconds.  @return (what was seen, events of the journal)"""
    with Server(url, access_token_lifetime=LIFETIME, throttle_refresh=None, **settings) as server, Console() as console:
        begin = time.monotonic()
        console("enter", url=server.base_url, tabs=5)
        opened = (console("statuses").get("PUT 200", 0), lifetimes_since(begin))
        paths = ["actions", "quality", "settings"]
        logins = console("stay", seconds=STAY, paths=paths)
        console("close", tab=0)  # the one that logged in
        logins += console("stay", seconds=STAY, paths=paths)
        stored = console("stored", text="eyJ")
        seen = console("leave")
        was_clean(seen)
        events = {event for event, in execute(url, "SELECT event FROM watchdxg_log")}
        refreshes = (seen["statuses"]["PUT 200"], lifetimes_since(begin))
        return {"logins": logins, "stored": stored, "opened": opened, "refreshes": refreshes, "statuses": seen["statuses"]}, events


def lifetimes_since(begin):
    """How often one tab would have refreshed meanwhile."""
    return (time.monotonic() - begin) / (0.8 * LIFETIME)


@pytest.mark.slow
@pytest.mark.xdist_group("console tabs")
@pytest.mark.alone
def test_five_tabs_stay_logged_in_while_tokens_expire_and_refresh_as_often_as_one(cluster, tmp_path):
    """On plain http, which has no Web Locks, and on https; whichever tab is closed. No token is written down."""
    with ThreadPoolExecutor() as pool:
        plain = pool.submit(tabs_of_short_tokens, make_database(cluster))
        secure = pool.submit(tabs_of_short_tokens, make_database(cluster), **Certificate(tmp_path).settings)
        for seen, events in (plain.result(), secure.result()):
            statuses = seen["statuses"]
            assert (seen["logins"], seen["stored"]) == (0, [])
            assert set(statuses) <= {"PUT 401", "POST 200", "PUT 200"} and statuses.get("PUT 401", 0) <= 1  # before the login
            (many, once), (most, at_most) = seen["refreshes"], seen["opened"]
            assert once - 3 <= many <= once + 3 and most <= at_most + 1  # new tabs have their tokens from the others
            assert not {"refresh_reuse", "refresh_refused", "throttled"} & events


# -- tunnels, and a server that goes


def test_fifty_decisions_of_a_tunnel_are_kept_by_a_killed_tab_and_happen_once(at_desk, watched):
    before = newest_entry(watched.url)
    at_desk("open", path="triage")
    at_desk("offline", on=True)
    judged = at_desk("judge", count=50, keys="his")["judged"]
    at_desk("shown", selector=".unsent", text="50")
    assert changes_since(watched.url, before) == {}
    at_desk("crash")
    at_desk("offline", on=False)
    at_desk("reopen", path="overview")
    at_desk("settled")
    assert changes_since(watched.url, before) == {handle: 1 for handle, _ in judged}
    assert verdicts(watched.url, judged) == meant(judged)


def test_nothing_is_lost_while_the_server_is_gone(console, cluster, start_server):
    url = make_database(cluster)
    execute(url, PEOPLE)
    server = judge_once(up_to_date(start_server(url)))
    before = newest_entry(url)
    console("enter", url=server.base_url)
    console("open", path="triage")
    judged = console("judge", count=3, keys="his")["judged"]
    console("settled")
    server.kill()
    console("shown", selector=".liveness", text="reconnecting")
    judged += console("judge", count=10, keys="his")["judged"]
    console("shown", selector=".unsent", text="10")
    start_server(url, listen=f"127.0.0.1:{server.port}")
    console("shown", selector=".liveness", text="live")
    console("settled")
    judged += console("judge", count=2, keys="s")["judged"]
    console("settled")
    assert changes_since(url, before) == {handle: 1 for handle, _ in judged}
    assert len(verdicts(url, judged)) == 15 and all(verdicts(url, judged))
    was_clean(console("leave"))


# -- behind a proxy, under a path


def test_it_runs_under_a_path_behind_nginx_and_asks_nobody_else(console, cluster):
    url = make_database(cluster)
    execute(url, PEOPLE)
    with Server(url, **Documented.settings) as server:
        judge_once(up_to_date(server), "2")
        proxy = Documented("nginx", server, path="/a/b/")
        try:
            console("enter", url=f"https://localhost:{proxy.port}/a/b", username="second", password="second-pass")
            console("openAll", paths=["users/1001"])
            console("open", path="triage")
            judged = console("judge", count=2, keys="hs")["judged"]
            console("settled")
            assert verdicts(url, judged) == meant(judged)
            was_clean(console("leave"))
        finally:
            proxy.stop()


# -- looks


PAGES = ["overview", "triage", "people", "waves", "actions", "changes", "calibration", "quality", "log", "settings", "users/1001"]
THEMES, WIDTHS, FACES = ("light", "dark"), (320, 1280, 2560), ("loaded", "empty", "error", "dialog")


def covering():
    """Each page with each face once, in themes and widths that change from one to the next. All 264 of them, and longer:
    CONSOLE_MATRIX=full ./test -k about_any_face"""
    everything = [(page, face, theme, width) for face in FACES for page in PAGES for theme in THEMES for width in WIDTHS]
    if os.environ.get("CONSOLE_MATRIX") == "full":
        return everything
    return [(page, face, THEMES[(i + j) % 2], WIDTHS[(i + j) % 3]) for j, face in enumerate(FACES) for i, page in enumerate(PAGES)]


def test_axe_has_no_complaint_about_any_face_of_a_page(at_desk, watched):
    complaints = []
    for face in FACES:
        at_desk("open", path="overview")
        at_desk("chooseAccount", handle=NOBODY if face == "empty" else "synka777")
        for i, (page, _, theme, width) in enumerate(one for one in covering() if one[1] == face):
            path = "users/3" if face == "empty" and page.startswith("users") else page
            complaints += at_desk("look", path=path, theme=theme, width=width, face=face, status=(500, 503, 429)[i % 3])
    for i, (theme, width) in enumerate((theme, width) for theme in THEMES for width in WIDTHS):
        complaints += at_desk("lookAtLogin", theme=theme, width=width, face=("loaded", "error")[i % 2], url=watched.base_url)
    at_desk("open", path="overview")
    at_desk("chooseAccount", handle="synka777")
    assert not complaints, "\n".join(complaints)


def test_tab_comes_to_everything_and_shows_where_it_is(at_desk):
    complaints = []
    for path in PAGES:
        complaints += at_desk("walk", path=path)
    for path, keys in (("overview", ["Control+k"]), ("overview", ["?"]), ("triage", ["n"]), ("users/1001", ["n"])):
        complaints += at_desk("walkDialog", path=path, keys=keys)
    assert not complaints, "\n".join(complaints)


STRANGE_PAGES = [*(f"users/{HOSTILE + i}" for i in range(5)), "people?order=-created_at", "people?search=executed", "waves", "actions",
                 "log", "triage", "overview", "quality", "changes"]


def test_strangers_words_run_nothing_and_lead_nowhere(at_desk):
    for path in STRANGE_PAGES:
        seen = at_desk("strangers", path=path, width=1280)
        assert (seen["elements"], seen["links"], seen["executed"]) == (0, [], None), path


def test_strangers_words_move_nothing(at_desk, watched):
    """In the narrowest window no page is wider than it, and what stands around the words stands where it always does."""
    # Who is judged has other keys.
    execute(watched.url, f"DELETE FROM classification WHERE user_id = {PLAIN} OR user_id BETWEEN {HOSTILE} AND {HOSTILE + 5}")
    wide = {path: over for path in STRANGE_PAGES if (over := at_desk("strangers", path=path, width=320)["over"]) > 0}
    assert wide == {}
    frame = [".verdict-keys button", ".extra-keys button", ".card", "nav", ".find"]

    def places(user):
        at_desk("open", path=f"users/{user}", fresh=True)
        return sorted(set(map(tuple, at_desk("places", selectors=frame))))

    usual = places(PLAIN)
    assert usual and {user: places(user) for user in range(HOSTILE, HOSTILE + 5)} == dict.fromkeys(range(HOSTILE, HOSTILE + 5), usual)
