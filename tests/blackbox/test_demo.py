"""The account `demo` of `dev`: it is made relative to the day, and every route of the API has something to show of it."""
import datetime
import shutil
import statistics
import tempfile
from pathlib import Path

import psycopg2
import pytest

from support.openapi import operations
from support.postgres import execute, wait_until
from support.server import PROJECT, Server, migrate

SCRIPTS = [PROJECT / "src/app/dev/data" / f"{name}.sql" for name in ("core_v3", "demo_words", "demo", "demo_managed")]
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
DEMO = "/api/accounts/demo/"
# What the scripts fill, and what orders its rows.
TABLES = {"accounts": "id", "users": "id", "posts": "id", "classification": "user_id", "actions": "id",
          "watchdxg_daily_snapshot": "day", "watchdxg_seen_user": "user_id",
          "watchdxg_sampled_verdict": "user_id", "watchdxg_snooze": "user_id",
          "watchdxg_planned_action": "id", "watchdxg_alert": "id", "watchdxg_exemption": "id", "watchdxg_edit": "id", "watchdxg_edited_row": "edit_id, row_id"}
# The ends and beginnings of months, a leap day, and a day years from now.
DAYS = ["2026-12-31", "2027-01-01", "2027-03-01", "2027-03-31", "2028-02-29", "2031-07-15"]


def today():
    return datetime.datetime.now(UTC).date()


# -- the scripts


def load(cluster, day=None):
    """A database with the demo of that day, as `dev` makes it.  @return its URL"""
    url = cluster.copy_database("migrated", migrate)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        if day:
            cursor.execute("SET LOCAL demo.today = %s", (str(day),))
        for script in SCRIPTS:
            cursor.execute(script.read_text())
    connection.close()
    return url


def ask(url, sql):
    (row,) = execute(url, sql)
    return row[0] if len(row) == 1 else row


def digests(url):
    return {table: ask(url, f"SELECT md5(string_agg(t::text, '' ORDER BY {key})) FROM {table} AS t")
            for table, key in TABLES.items()}


def test_a_day_has_one_demo_and_another_day_another(cluster):
    day = today()
    made = digests(load(cluster, day))
    assert None not in made.values()
    assert digests(load(cluster, day)) == made
    if day == today():  # it did not become midnight
        assert digests(load(cluster)) == made
    other = digests(load(cluster, day + 7 * DAY))
    assert all(other[table] != digest for table, digest in made.items() if table != "accounts")


@pytest.mark.parametrize("day", DAYS)
def test_whatever_the_day_it_is_as_fresh_and_follows_the_cores_rules(cluster, day):
    url = load(cluster, day)
    midnight = f"timestamptz '{day} 00:00+00'"
    latest = ask(url, "SELECT max(timestamp) FROM posts")
    assert latest.astimezone(UTC).date() == datetime.date.fromisoformat(day) - DAY
    for table, column in (("users", "last_updated"), ("posts", "timestamp"), ("classification", "classified_at"),
                          ("actions", "timestamp"), ("watchdxg_seen_user", "gone_at"),
                          ("watchdxg_daily_snapshot", "taken_at")):
        assert ask(url, f"SELECT max({column}) < {midnight} FROM {table}"), f"{table}.{column} is not before the day"
    joined = "SELECT count(*) FROM users JOIN {} ON user_id = users.id WHERE {}"
    assert ask(url, joined.format("posts", "timestamp < created_at")) == 0
    assert ask(url, joined.format("posts", "timestamp > last_updated AT TIME ZONE 'UTC'")) == 0
    assert ask(url, joined.format("watchdxg_seen_user", "first_seen_at < created_at")) == 0
    assert ask(url, joined.format("classification JOIN watchdxg_seen_user USING (user_id)",
                                  "classified_at < first_seen_at")) == 0
    assert ask(url, joined.format("classification JOIN actions USING (user_id)", "timestamp < classified_at")) == 0
    assert ask(url, "SELECT count(*) FROM users WHERE last_updated >= '2025-06-28'"
                    " AND (created_at IS NULL OR NOT EXISTS (SELECT FROM posts WHERE user_id = users.id))") == 0
    assert ask(url, "SELECT count(*) FROM users WHERE created_at <> date_trunc('month', created_at)"
                    " AND last_updated >= '2025-06-28'") == 0
    assert ask(url, f"SELECT count(*) FROM watchdxg_snooze WHERE until < {midnight} + interval '1 day' OR user_id IN"
                    " (SELECT user_id FROM classification)") == 0
    assert ask(url, "SELECT count(*) > 100 AND count(*) FILTER (WHERE harmful) >= 20 FROM watchdxg_sampled_verdict"
                    " JOIN classification USING (user_id)")
    assert ask(url, "SELECT max(length(handle)) FROM users") <= 15
    assert ask(url, "SELECT nextval('users_id_seq') - max(id) FROM users") == 1


# -- what the API shows of it


class Demo:
    def __init__(self, server):
        self.server = server
        self.token = server.login().json()["access"]

    def get(self, path, **params):
        answer = self.server.get(path, token=self.token, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


@pytest.fixture(scope="module")
def demo():
    """`dev` with a data folder of its own, which the cluster's user may enter, once it has looked at its rows."""
    folder = Path(tempfile.mkdtemp(prefix="wdx-demo-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with Server(None, command="dev", database_url=None, secret_key=None, data_dir=folder / "data") as server:
            demo = Demo(server)
            wait_until(lambda: len(demo.get(DEMO + "history/")) == 90, "today's row of the history")
            wait_until(lambda: demo.get(DEMO + "cohorts/") and demo.get(DEMO + "triage/"), "the signals")
            yield demo
    finally:
        shutil.rmtree(folder)


def test_it_has_the_shares_that_it_promises(demo):
    figures = demo.get(DEMO + "stats/")
    users = figures["users"]
    assert (users["total"], users["people"]) == (500, 497)
    assert 0.4 < users["unclassified"] / users["total"] < 0.6
    assert 0.15 < users["harmful_share"] < 0.3
    assert 10 < users["inactive"] < 30
    assert 1800 < figures["posts"]["total"] < 2200
    assert min(month["month"] for month in figures["joined"]) < "2012"
    assert datetime.datetime.fromisoformat(figures["posts"]["last_post_at"][:19]).date() >= today() - 2 * DAY
    assert sum(day["total"] > 0 for day in figures["posts"]["by_day"]) > 80


def test_there_are_two_waves(demo):
    template, bio = demo.get(DEMO + "cohorts/")
    assert (template["kind"], bio["kind"]) == ("template", "bio")
    assert template["key"].endswith(" a00000") and template["size"] == 25
    assert bio["size"] == 15 and "Trading mentor" in bio["key"]
    for wave in (template, bio):
        assert wave["harmful"] and wave["unclassified"]  # the operator has begun


def test_data_quality_finds_the_person_in_several_rows_and_counts_read_wrongly(demo):
    found = {check["id"]: check for check in demo.get(DEMO + "data-quality/")}
    assert found["duplicate_users"]["rows"] == 4
    person = demo.get(f"/api/users/{found['duplicate_users']['examples'][0]}/")
    assert len(person["same_person"]) == 3
    for fault in ("decimal_comma_counts", "thousands_point_counts"):
        assert found[fault]["rows"] >= 3
        ids = ",".join(str(id) for id in found[fault]["examples"])
        assert all(user["corrected"] for user in demo.get("/api/users/", id__in=ids, corrected="true"))
    for fault in ("shared_reposts", "null_creation_dates", "stale_rows"):
        assert 3 <= found[fault]["rows"] <= 50
    for fault in ("swapped_post_counters", "unclear_counts", "unowned_users"):
        assert found[fault]["rows"] == 0


def test_the_history_has_90_days_with_one_jump(demo):
    history = demo.get(DEMO + "history/")
    days = [datetime.date.fromisoformat(row["day"]) for row in history]
    assert days == [days[0] + n * DAY for n in range(90)]
    totals = [row["users"]["total"] for row in history]
    steps = [after - before for before, after in zip(totals, totals[1:])]
    assert max(steps) >= 25 and sorted(steps)[-2] <= 3 and statistics.median(steps) >= 0
    assert min(steps) < 0  # some left
    # Ours, and what the server counted; its estimates come when it knows all scores.
    yesterday, now = wait_until(lambda: (rows := demo.get(DEMO + "history/")[-2:])[-1]["audience"] and rows, "its estimates")
    assert {**yesterday, "day": now["day"], "audience": now["audience"]} == now
    assert len([row for row in history if row["audience"]]) > 30 and now["audience"]["n"] == yesterday["audience"]["n"]
    assert None not in [figure for row in history for part in ("users", "posts", "actions") for figure in row[part].values()]


def test_the_changes_name_the_new_the_gone_the_renamed_and_those_whose_counts_jumped(demo):
    changes = demo.get(DEMO + "changes/", since=str(today() - 89 * DAY))
    assert changes["totals"] == {"new": 107, "gone": 10, "renamed": 5, "jumped": 6}
    for one in changes["renamed"]:
        assert one["from"] and one["from"] != one["handle"] == demo.get(f"/api/users/{one['id']}/")["handle"]
    for one in changes["jumped"]:
        assert abs(one["to"] - one["from"]) >= max(100, one["from"] / 2)
    for one in changes["gone"]:
        assert demo.server.get(f"/api/users/{one['id']}/", token=demo.token).status_code == 404
    recent = demo.get(DEMO + "changes/", since=str(today() - 30 * DAY))["totals"]
    assert all(0 < recent[kind] < changes["totals"][kind] for kind in ("new", "gone", "renamed", "jumped"))


def test_actions_and_verdicts_spread_over_weeks(demo):
    actions = demo.get("/api/actions/")
    assert len({action["action_type"] for action in actions}) >= 3
    moments = {"actions": [action["timestamp"] for action in actions],
               "verdicts": [verdict["classified_at"] for verdict in demo.get("/api/classifications/")]}
    for times in moments.values():
        weeks = {datetime.date.fromisoformat(time[:10]).isocalendar()[:2] for time in times}
        assert len(weeks) >= 9


def test_calibration_and_triage_have_enough_to_go_by(demo):
    calibration = demo.get(DEMO + "calibration/")
    for figures in (calibration["all"], calibration["sampled"]):
        assert 0.6 < figures["score"]["auc"] < 0.95 and figures["harmful"] >= 20
        assert all(signal["n"] > 0 for signal in figures["signals"])
    assert calibration["disagreements"] and calibration["suggested_weights"]
    assert len(demo.get(DEMO + "triage/", limit=50)) == 50


def test_who_was_drawn_is_enough_to_estimate_the_audience(demo):
    audience = demo.get(DEMO + "audience/")
    assert audience["n"] >= 60 and audience["reason"] is None
    for part in ("harmful", "inactive", "effective", "reach"):
        figure = audience[part]
        assert 0 < figure["low"] < figure["estimate"] < figure["high"]
    assert audience["effective"]["high"] < audience["followers"]["estimate"]


def test_some_wait_for_later_and_triage_leaves_them_out(demo):
    snoozed = {row["user_id"] for row in demo.get("/api/snoozes/")}
    assert len(snoozed) == 12
    waiting = {row["user"]["id"] for row in demo.get(DEMO + "triage/", limit=200, exclude_snoozed="false")}
    offered = {row["user"]["id"] for row in demo.get(DEMO + "triage/", limit=200)}
    assert not snoozed & offered and snoozed & waiting


def test_every_rule_of_the_signals_fires_for_somebody(demo):
    fired = {signal["id"] for user in demo.get("/api/users/", account_id=1, fields="id,signals")
             for signal in user["signals"]["signals"] if signal["contribution"]}
    assert fired == {signal["id"] for signal in demo.get("/api/signals/")["signals"]}


def has_something(answer):
    """Whether anything in a JSON answer is a fact: not null, and no empty list or object."""
    if isinstance(answer, dict):
        return any(has_something(value) for value in answer.values())
    if isinstance(answer, list):
        return any(has_something(value) for value in answer)
    return answer is not None


# Files; and what the operator keeps there, nothing at first.
OTHERS = ("/api/docs/", "/admin/", "/api/preferences/")
READS = [operation for operation in operations() if operation.verb == "GET" and not operation.path.startswith(OTHERS)]


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.path)
def test_every_route_has_something_to_show(demo, operation):
    def key():
        """What names one of the rows of this route, by the route of the list that has them."""
        listing = operation.path.split("{")[0]
        if listing == "/api/users/":
            return demo.get("/api/classifications/", limit=1)["results"][0]["user_id"]  # who has everything
        rows = demo.get(listing)
        return rows[0]["jti" if listing == "/api/sessions/" else "id"]

    path = operation.path.replace("{handle}", "demo")
    if "{" in path:
        path = path.split("{")[0] + str(key()) + path.split("}")[1]
    params = {"since": str(today() - 89 * DAY)} if path.endswith("/changes/") else {}
    if path == "/api/logs/":
        wait_until(lambda: demo.get(path), "the first entry, which is written a moment later")
    answer = demo.server.get(path, token=demo.token, params=params, stream=True)
    assert answer.status_code == 200
    if path == "/api/events/":
        assert next(answer.iter_lines())  # it never ends
    elif answer.headers["Content-Type"].startswith("application/json"):
        assert has_something(answer.json())
    else:
        assert len(answer.text) > 1000
