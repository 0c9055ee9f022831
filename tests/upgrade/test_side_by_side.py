"""An older build, WDX_UPGRADE_FROM, and the new one work by turns on one database, as in a rolling restart.

`scripts/upgrade-test` runs it. The tests are one story, told in their order; with WDX_UPGRADE_DUMP=FILE the database is
dumped as the older build has left it, for tests/db/versions.
"""
import json
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from support import past
from support.past import ACCOUNT, ACTIONS, KEEP, PASSWORD, OPERATOR, PLANNED, PREFERENCES, VERDICTS, log_in
from support.postgres import PrivateCluster, apply_core_schema, bin_dir, execute, wait_until
from support.server import Server, run_command
from support.tokens import claims_of

OLD = str(Path(os.environ["WDX_UPGRADE_FROM"]).resolve())
DUMP = os.environ.get("WDX_UPGRADE_DUMP")
LISTS = ["/api/accounts/", "/api/users/", "/api/posts/", "/api/classifications/", "/api/actions/", "/api/logs/?ordering=id",
         "/api/sessions/", f"/api/accounts/{ACCOUNT}/", "/api/users/?account_id=1&search=user_1", "/api/users/1/", "/api/me/",
         "/api/edits/", "/api/snoozes/", "/api/planned-actions/", "/api/exemptions/", "/api/preferences/"]
ANSWERED = ["/api/users/1/signals/", "/api/signals/", f"/api/accounts/{ACCOUNT}/stats/", f"/api/accounts/{ACCOUNT}/history/",
            f"/api/accounts/{ACCOUNT}/changes/?since=2026-01-01", f"/api/accounts/{ACCOUNT}/triage/",
            f"/api/accounts/{ACCOUNT}/cohorts/", f"/api/accounts/{ACCOUNT}/calibration/",
            f"/api/accounts/{ACCOUNT}/audience/", f"/api/accounts/{ACCOUNT}/data-quality/", "/api/users/1/report/",
            "/api/server/"]


class Listener(threading.Thread):
    """Reads /api/events/ of one server for as long as that runs."""

    def __init__(self, server, access):
        super().__init__(daemon=True)
        self.events, self.ended_by = [], None
        self.answer = requests.get(f"http://127.0.0.1:{server.port}/api/events/", stream=True, timeout=120, headers={
            "Host": f"localhost:{server.port}", "Authorization": f"Bearer {access}"})
        assert self.answer.status_code == 200, self.answer.text
        self.start()

    def run(self):
        try:
            for line in self.answer.iter_lines(1):
                if line.startswith(b"data: {"):
                    self.events.append(json.loads(line[6:]))
            self.ended_by = "its end"
        except requests.RequestException as error:
            self.ended_by = repr(error)

    def hears(self, table, user):
        wait_until(lambda: any(event.get("table") == table and user in (event.get("ids") or []) for event in self.events),
                   f"an event of {table} about {user}: {self.events[-5:]}")


class Watcher(threading.Thread):
    """Asks the old server again and again, as its clients do while the database is migrated."""

    def __init__(self, server, keeper):
        super().__init__(daemon=True)
        self.server, self.keeper, self.over, self.statuses = server, keeper, threading.Event(), set()
        self.start()

    def run(self):
        while not self.over.wait(0.02):
            for path in ("/readyz", "/api/users/?account_id=1", "/api/sessions/", "/api/logs/?limit=5"):
                self.statuses.add((path, self.keeper.ask(self.server, "GET", path).status_code))


class Story:
    """Both servers, who is logged in, and what has been written so far."""

    def __init__(self, cluster, how):
        self.url = cluster.create_database()
        apply_core_schema(self.url, "v3")
        execute(self.url, past.CORE_ROWS + ";" + past.POSTS)
        done = run_command("migrate", url=self.url, program=OLD)
        assert done.returncode == 0, done.stderr
        self.newest_of_old = execute(self.url, "SELECT max(name) FROM watchdxg_migrations")[0][0]
        past.make_operators(self.url, OLD)
        self.paths = past.paths_of(OLD)
        self.old = Server(self.url, program=OLD, **KEEP)
        self.keeper = past.leave(self.old, self.paths)
        past.settle(self.url)
        if DUMP:
            write_dump(self.url, Path(DUMP))
        self.listener = Listener(self.old, self.keeper.access)
        watcher = Watcher(self.old, self.keeper)
        wait_until(lambda: len(watcher.statuses) >= 4, "the first answers of the old server")
        if how == "migrate":
            self.migrated = run_command("migrate", url=self.url)
        self.new = Server(self.url, *(["--migrate"] if how == "serve --migrate" else []), **KEEP)
        time.sleep(2 * KEEP["watch_interval"])  # the old one's jobs have their turn at the new tables
        watcher.over.set()
        watcher.join()
        self.statuses = watcher.statuses
        self.verdicts, self.actions = dict(VERDICTS), list(ACTIONS)

    @property
    def turns(self):
        """(who writes, who reads), both ways."""
        return [(self.old, self.new), (self.new, self.old)]

    def has(self, path):
        """Whether the old build has the route of such a path."""
        parts = path.split("?")[0].replace(ACCOUNT, "{handle}").replace("/1/", "/{id}/")
        return parts in self.paths


def write_dump(url, file):
    """Plain SQL without anything of the machine that made it."""
    text = subprocess.run([str(bin_dir() / "pg_dump"), "--no-owner", "--no-privileges", url], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    # Newer versions of pg_dump frame their output with a random word that older ones of psql do not know.
    lines = [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict", "--"))]
    file.write_text("\n".join(line for line, before in zip(lines, ["", *lines]) if line or before) + "\n")


@pytest.fixture(scope="module", params=["migrate", "serve --migrate"])
def story(request):
    cluster = PrivateCluster().start()
    story = Story(cluster, request.param)
    yield story
    for server in (story.old, story.new):
        server.kill()
        server.discard()
    cluster.remove()


def test_the_old_one_goes_on_while_the_new_one_migrates(story):
    assert {status for _, status in story.statuses} == {200}, story.statuses
    assert story.old.running and story.old.get("/readyz").status_code == story.new.get("/readyz").status_code == 200
    assert run_command("migrate", "--check", url=story.url).returncode == 0


def test_what_the_old_one_wrote_is_there_for_the_new_one(story):
    assert story.keeper.verdicts(story.new) == story.keeper.verdicts(story.old) == VERDICTS
    assert story.keeper.actions(story.new) == ACTIONS
    events = [entry["event"] for entry in story.keeper.log(story.new)]
    assert {"login", "login_refused", "classification_changed", "action_added"} <= set(events), events


def test_both_tell_the_same(story):
    for path in filter(story.has, LISTS):
        old, new = (story.keeper.get(server, path) for server in (story.old, story.new))
        if path == "/api/preferences/":
            assert old == new == PREFERENCES
        rows = [(old, new)] if isinstance(old, dict) else list(zip(old, new, strict=True))
        assert rows, path
        for before, after in rows:
            assert {name: after.get(name) for name in before} == before, path


def test_both_answer(story):
    for path in ANSWERED:
        for server in (story.old, story.new) if story.has(path) else (story.new,):
            answer = story.keeper.ask(server, "GET", path)
            assert answer.status_code == 200, f"{path}: {answer.text}"


def test_a_login_on_one_is_a_login_on_the_other(story):
    for here, there in story.turns:
        operator = log_in(here)
        assert operator.get(there, "/api/me/")["username"] == OPERATOR
        operator.rotate(there)
        operator.rotate(here)
        spent = operator.refresh_token
        operator.rotate(there)
        assert here.refresh(spent).status_code == there.refresh(spent).status_code == 401
        assert operator.get(here, "/api/me/")["username"] == OPERATOR


def test_of_two_refreshes_with_one_token_one_wins_whoever_is_asked(story):
    with ThreadPoolExecutor(4) as pool:
        for here, _ in story.turns:
            operator = log_in(here)
            for _ in range(10):
                asked = [pool.submit(server.refresh, operator.refresh_token) for server in (story.old, story.new) * 2]
                answers = [one.result() for one in asked]
                assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
                operator.refresh_token, = [answer.json()["refresh"] for answer in answers if answer.status_code == 200]


def test_a_session_that_ends_on_one_has_ended_on_the_other(story):
    for here, there in story.turns:
        for end in ("DELETE", "logout"):
            operator = log_in(there)
            mine = claims_of(operator.refresh_token)["jti"]
            if end == "DELETE":
                story.keeper.write(here, "DELETE", f"/api/sessions/{mine}/")
            else:
                operator.write(here, "POST", "/api/token/blacklist/", {"refresh": operator.refresh_token})
            assert there.refresh(operator.refresh_token).status_code == 401
            # A logout leaves the access token to its end, as in the original.
            assert operator.ask(there, "GET", "/api/me/").status_code == (401 if end == "DELETE" else 200)


def test_a_password_that_is_changed_on_one_ends_the_others_sessions(story):
    old, new = PASSWORD, PASSWORD + ", changed"
    for here, there in story.turns:
        operator = log_in(there, past.THIRD, old)
        operator.write(here, "POST", "/api/me/password/", {"current_password": old, "new_password": new})
        assert operator.ask(there, "GET", "/api/me/").status_code == 401
        assert there.login(past.THIRD, old).status_code == 401
        old, new = new, old


def test_verdicts_by_one_are_read_by_the_other_which_refuses_a_stale_condition(story):
    for user, (here, there) in zip((6, 7), story.turns):
        path = f"/api/users/{user}/classification/"
        story.keeper.judge(here, user, True, notes="by one")
        seen = story.keeper.ask(there, "GET", path)
        assert (seen.json()["harmful"], seen.json()["notes"]) == (True, "by one")
        fresh = story.keeper.ask(here, "GET", path).headers["ETag"]
        assert fresh == seen.headers["ETag"], "the same row has the same entity tag"
        story.keeper.judge(there, user, False, notes="by the other", If_Match=fresh)
        stale = story.keeper.ask(here, "PUT", path, {"harmful": True, "inactive": False}, If_Match=fresh)
        assert stale.status_code == 412
        story.verdicts[user] = (False, False, "by the other")
        assert story.keeper.verdicts(here) == story.keeper.verdicts(there) == story.verdicts


def test_many_verdicts_with_one_key_happen_once(story):
    for here, there in story.turns:
        for key, notes in (("of-the-past", "in bulk"), (f"key-{here.port}", f"by {here.port}")):
            body = {"user_ids": [4, 5], "harmful": True, "inactive": False, "notes": notes}
            first = story.keeper.write(here, "POST", "/api/classifications/", body, Idempotency_Key=key)
            stamps = execute(story.url, "SELECT user_id, classified_at FROM classification ORDER BY 1")
            second = story.keeper.write(there, "POST", "/api/classifications/", body, Idempotency_Key=key)
            assert first.json() == second.json()
            assert execute(story.url, "SELECT user_id, classified_at FROM classification ORDER BY 1") == stamps
            if key != "of-the-past":
                story.verdicts.update({4: (True, False, notes), 5: (True, False, notes)})
    assert story.keeper.verdicts(story.old) == story.keeper.verdicts(story.new) == story.verdicts


def test_actions_by_one_are_changed_and_deleted_by_the_other(story):
    for user, (here, there) in zip((10, 11), story.turns):
        kept = story.keeper.write(here, "POST", "/api/actions/", {"user_id": user, "action_type": "report", "notes": "kept"})
        gone = story.keeper.write(here, "POST", "/api/actions/", {"user_id": user, "action_type": "mute"})
        story.keeper.write(there, "PATCH", f"/api/actions/{kept.json()['id']}/", {"notes": "changed"})
        story.keeper.write(there, "DELETE", f"/api/actions/{gone.json()['id']}/")
        story.actions.append((user, "report", "changed"))
        assert story.keeper.actions(here) == story.keeper.actions(there) == story.actions


def test_each_log_tells_of_both(story):
    for here, there in story.turns:
        before = {entry["id"] for entry in story.keeper.log(there)}
        story.keeper.judge(here, 12, True, notes="for the log")
        assert here.login(OPERATOR, f"wrong on {here.port}").status_code == 401
        wait_until(lambda: {"classification_changed", "login_refused"} <= {
            entry["event"] for entry in story.keeper.log(there) if entry["id"] not in before}, "both entries")
    story.verdicts[12] = (True, False, "for the log")


def test_a_long_lived_stream_of_each_tells_of_what_the_other_writes(story):
    new = Listener(story.new, story.keeper.access)
    old = Listener(story.old, story.keeper.access)
    for (here, _), listener, user in zip(story.turns, (new, old), (6, 7)):
        listener.events.clear()
        story.keeper.judge(here, user, True, notes="to be heard")
        listener.hears("classification", user)
        story.verdicts[user] = (True, False, "to be heard")
    for listener in (old, new):
        listener.events.clear()
    execute(story.url, "UPDATE users SET bio = 'changed by the core' WHERE id = 12")
    for listener in (old, new):
        wait_until(lambda: [event for event in listener.events if event.get("table") == "users"], "the core's change")


def test_an_edit_of_one_is_taken_back_by_the_other(story):
    """An old build without edits writes beside them; that a new edit is not undone over what it wrote is the test here."""
    path = "/api/users/7/classification/"
    if not story.has("/api/edits/"):
        edit = story.keeper.judge(story.new, 7, True, notes="new").headers["X-Edit-ID"]
        story.keeper.judge(story.old, 7, False, notes="old")
        undone = story.keeper.write(story.new, "POST", f"/api/edits/{edit}/undo/").json()
        assert undone["reverted"] == 0 and undone["skipped"], undone
        story.verdicts[7] = (False, False, "old")
        return
    for here, there in story.turns:
        before = story.keeper.get(here, path)
        edit = story.keeper.judge(here, 7, not before["harmful"], notes="to be undone").headers["X-Edit-ID"]
        assert edit in [row["id"] for row in story.keeper.get(there, "/api/edits/")]
        assert story.keeper.write(there, "POST", f"/api/edits/{edit}/undo/").json()["reverted"] == 1
        assert story.keeper.get(here, path) == story.keeper.get(there, path) == before


def test_preferences_of_one_are_those_of_the_other(story):
    for here, there in story.turns:
        if not story.has("/api/preferences/"):
            return
        tag = story.keeper.ask(there, "GET", "/api/preferences/").headers["ETag"]
        story.keeper.write(here, "PUT", "/api/preferences/", {"from": here.port}, If_Match=tag)
        assert story.keeper.get(there, "/api/preferences/") == {"from": here.port}
        assert story.keeper.ask(there, "PUT", "/api/preferences/", {}, If_Match=tag).status_code == 412


def test_a_planned_action_is_handed_out_once_whoever_is_asked(story):
    if not story.has("/api/planned-actions/"):
        return
    story.keeper.write(story.old, "POST", "/api/planned-actions/", {"user_ids": [11, 12], "action_type": "block"})
    claimed = []
    for here, _ in story.turns:
        claimed += story.keeper.write(here, "POST", "/api/planned-actions/claim/", {"worker": "w", "limit": 2}).json()
    assert sorted(row["user_id"] for row in claimed) == [PLANNED, 11, 12]
    for row, (here, _) in zip(claimed, story.turns):
        story.keeper.write(here, "POST", f"/api/planned-actions/{row['id']}/result/", {"lease": row["lease"], "outcome": "done"})
        story.actions.append((row["user_id"], "block", None))


def test_the_kept_signals_come_to_rest(story):
    """Both keep them: with the same rules neither computes again what the other has computed."""
    (known,), = execute(story.url, "SELECT count(DISTINCT cardinality(value)) FROM watchdxg_signal")
    assert known == 1
    if story.newest_of_old < "0010":
        return
    versions = [story.keeper.get(server, "/api/signals/")["version"] for server in (story.old, story.new)]
    sources = set()
    end = time.monotonic() + 15
    while time.monotonic() < end:
        sources.add(execute(story.url, "SELECT source FROM watchdxg_signal_state")[0][0])
        time.sleep(0.2)
    assert len(sources) == (1 if versions[0] == versions[1] else 2), (versions, sources)


def test_both_have_been_well_all_the_time(story):
    for server in (story.old, story.new):
        assert server.running and server.get("/readyz").status_code == server.get("/healthz").status_code == 200
        faults = [line for line in server.log.splitlines() if "[error]" in line or "[critical]" in line]
        assert not faults, faults
    assert story.listener.ended_by is None


def test_the_old_one_may_come_back_beside_the_new_one(story):
    """A rolling restart that is broken off: the old program starts on the newer tables."""
    with Server(story.url, program=OLD, **KEEP) as again:
        assert story.keeper.verdicts(again) == story.verdicts


def test_the_new_one_goes_on_alone_with_what_both_wrote(story):
    assert story.old.terminate() == 0
    wait_until(lambda: story.listener.ended_by, "the end of the old one's stream")
    assert story.keeper.verdicts(story.new) == story.verdicts
    assert sorted(story.keeper.actions(story.new), key=str) == sorted(story.actions, key=str)
    story.keeper.rotate(story.new)
    assert story.keeper.get(story.new, "/api/me/")["username"] == OPERATOR
    story.keeper.judge(story.new, 1, False)
    assert run_command("migrate", url=story.url).stdout == "No migrations to apply.\n"
