"""Planned actions: what shall be done, handed to workers: each one once, never too many a day, never about the exempt."""
import os
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from support.data import make_database
from support.postgres import execute
from support.server import PROJECT, Server
from support.signals import keep_signals
from support.tokens import mint

PLANS, CLAIM, CANCEL, EXEMPTIONS = ("/api/planned-actions/", "/api/planned-actions/claim/", "/api/planned-actions/cancel/",
                                    "/api/exemptions/")
FIELDS = ["id", "user_id", "handle", "action_type", "state", "cause", "not_before", "attempts", "worker", "lease_until",
          "created_at", "finished_at", "notes"]
EMPTY = ("DELETE FROM actions; DELETE FROM classification; DELETE FROM watchdxg_edit; DELETE FROM watchdxg_edited_row;"
         "DELETE FROM watchdxg_idempotency_key; DELETE FROM watchdxg_event; DELETE FROM watchdxg_log;"
         "TRUNCATE watchdxg_planned_action, watchdxg_action_attempt, watchdxg_exemption; DELETE FROM users;"
         "DELETE FROM accounts; INSERT INTO accounts (id, handle) VALUES (1, 'one'), (2, 'two');"
         "INSERT INTO users (id, account_id, handle, follower)"
         " SELECT n, 1 + n % 2, CASE n % 3 WHEN 0 THEN '@' ELSE '' END || 'H' || n, true FROM generate_series(1, 60) AS n;")
OVER = {"detail": "This lease is over, or its result was another one."}
CAP = 10  # attempts of a type a day, for each of the two accounts


class Api:
    def __init__(self, server, url):
        self.server, self.url, self.token = server, url, mint()

    def ask(self, method, path, body=None, key=None):
        headers = {"Idempotency-Key": key} if key is not None else {}
        options = {"json": body} if body is not None else {}
        return self.server.request(method, path, self.token, headers=headers, **options)

    def __call__(self, method, path, body=None, status=200, key=None):
        answer = self.ask(method, path, body, key)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def sql(self, sql):
        return execute(self.url, sql)

    def plan(self, users, action_type="block", status=201, **more):
        return self("POST", PLANS, {"user_ids": list(users), "action_type": action_type, **more}, status)

    def claim(self, limit=1, worker="w", **more):
        return self("POST", CLAIM, {"worker": worker, "limit": limit, **more})

    def result(self, row, outcome="done", status=200, **more):
        return self("POST", f"{PLANS}{row['id']}/result/", {"lease": row["lease"], "outcome": outcome, **more}, status)

    def states(self):
        return {row["user_id"]: row["state"] for row in self("GET", PLANS)}

    def cancel(self, id, status=200):
        return self("PATCH", f"{PLANS}{id}/", {"state": "cancelled"}, status)

    def undo(self, edit, status=200):
        return self("POST", f"/api/edits/{edit}/undo/", None, status)

    def pass_time(self, seconds):
        """As if it was so much later."""
        moved = f"- interval '{seconds} seconds'"
        self.sql(f"UPDATE watchdxg_planned_action SET lease_until = lease_until {moved}, not_before = not_before {moved};"
                 f"UPDATE watchdxg_action_attempt SET lease_until = lease_until {moved}, claimed_at = claimed_at {moved}")


@pytest.fixture(scope="module")
def served(cluster):
    url = make_database(cluster)
    with Server(url, ACTION_DAILY_CAP=str(CAP)) as server:
        yield Api(server, url)


@pytest.fixture
def api(served):
    served.sql(EMPTY)
    return served


def edit_of(answer):
    return answer.headers["X-Edit-ID"]


# -- planning

def test_users_are_planned_once_for_each_type_and_listed_as_everything_else(api):
    answer = api.ask("POST", PLANS, {"user_ids": [3, 1, 3], "action_type": "block", "cause": " sells followers "})
    assert answer.status_code == 201
    assert answer.json() == {"planned": 2, "skipped": {"exempt": 0, "already_planned": 0, "already_done": 0}}
    rows = api("GET", PLANS)
    assert [list(row) for row in rows] == [FIELDS] * 2
    assert [(row["user_id"], row["handle"]) for row in rows] == [(3, "H3"), (1, "H1")]
    assert {(row["state"], row["cause"], row["attempts"], row["worker"], row["lease_until"], row["not_before"],
             row["finished_at"], row["notes"]) for row in rows} == {("planned", "sells followers", 0) + (None,) * 5}
    assert api.plan([1, 2]) == {"planned": 1, "skipped": {"exempt": 0, "already_planned": 1, "already_done": 0}}
    assert api.plan([1], "mute")["planned"] == 1
    assert api("GET", f"{PLANS}{rows[0]['id']}/")["user_id"] == 3
    assert [row["user_id"] for row in api("GET", PLANS + "?state=planned&account_id=2&ordering=user_id")] == [1, 1, 3]
    assert [row["user_id"] for row in api("GET", PLANS + "?handle__iexact=%40h2")] == [2]
    assert api("GET", "/api/edits/?kind=action_planned&ordering=at")[0]["summary"] == "Planned block for 2 users"
    assert edit_of(answer) == api("GET", "/api/edits/?ordering=at")[0]["id"]


def test_what_was_done_already_is_skipped_and_a_dry_run_says_so_first(api):
    api.sql("INSERT INTO actions (user_id, action_type) VALUES (1, 'block'), (2, 'mute')")
    api.plan([3])
    api("POST", EXEMPTIONS, {"handle": "@h4"}, 201)
    preview = api("POST", PLANS, {"user_ids": [1, 2, 3, 4], "action_type": "block", "dry_run": True})
    assert preview["count"] == 4 and len(preview["sample"]) == 4
    assert preview["skipped"] == {"exempt": 1, "already_planned": 1, "already_done": 1}
    assert len(api("GET", PLANS)) == 1
    assert api.plan([1, 2, 3, 4]) == {"planned": 1, "skipped": preview["skipped"]}


def test_a_filter_chooses_the_users_and_wants_the_count_that_was_expected(api):
    body = {"filter": "account_id=2", "action_type": "block"}
    assert api("POST", PLANS, body, 400) == {"expected_count": ["This field is required with filter."]}
    assert api("POST", PLANS, {**body, "dry_run": True})["count"] == 30
    assert api("POST", PLANS, {**body, "expected_count": 29}, 409)["count"] == 30
    assert api("GET", PLANS) == []
    assert api("POST", PLANS, {**body, "expected_count": 30}, 201)["planned"] == 30


@pytest.mark.parametrize("body, fault", [
    ({"action_type": "block"}, {"user_ids": ["This field is required."]}),
    ({"user_ids": [1]}, {"action_type": ["This field is required."]}),
    ({"user_ids": [1], "action_type": " "}, {"action_type": ["This field may not be blank."]}),
    ({"user_ids": [1, 999], "action_type": "block"}, {"user_ids": ["Unknown ids: 999."]}),
    ({"user_ids": [1], "action_type": "block", "not_before": "soon"},
     {"not_before": ["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."]}),
    ({"user_ids": [1], "action_type": "block", "why": "x"}, {"why": ["There is no field 'why'."]}),
])
def test_a_plan_that_does_not_fit_is_refused_and_plans_nothing(api, body, fault):
    answer = api("POST", PLANS, body, 400)
    assert answer == fault or list(answer) == list(fault) == ["why"]
    assert api("GET", PLANS) == []


def test_the_evidence_of_that_moment_is_kept(api):
    keep_signals(api.url, "0.75")
    api.plan([1])
    api.sql("UPDATE watchdxg_signal SET risk = 0.1")
    (row,) = api("GET", PLANS + "?fields=user_id,evidence")
    assert row["evidence"]["risk"] == 0.75 and isinstance(row["evidence"]["signals"], dict)


def test_a_core_without_actions_has_no_plans_to_make(cluster):
    url = make_database(cluster, "v1")
    with Server(url) as server:
        api = Api(server, url)
        api.plan([1], status=404)
        assert api("GET", PLANS) == [] and api("POST", CLAIM, {"worker": "w"}, 404)


# -- claiming and reporting

def test_workers_get_the_oldest_first_and_none_of_it_twice(api):
    api.plan([5, 4, 3])
    first = api.claim(2, "a", lease_seconds=60)
    assert [(row["user_id"], row["state"], row["worker"], row["attempts"]) for row in first] == [
        (5, "claimed", "a", 1), (4, "claimed", "a", 1)]
    assert [*first[0]] == FIELDS + ["lease"] and first[0]["lease"] != first[1]["lease"]
    until = datetime.fromisoformat(first[0]["lease_until"].replace("Z", "+00:00"))
    assert timedelta(seconds=50) < until - datetime.now(timezone.utc) < timedelta(seconds=61)
    assert [row["user_id"] for row in api.claim(5, "b")] == [3]
    assert api.claim(5) == []
    assert api.states() == {5: "claimed", 4: "claimed", 3: "claimed"}


def test_a_worker_gets_what_it_can_do_and_what_is_due(api):
    later = (datetime.now(timezone.utc) + timedelta(seconds=100)).isoformat()
    api.plan([1], not_before=later)
    api.plan([2], "mute")
    api.plan([3], "report")
    assert [row["user_id"] for row in api.claim(9, action_types=["mute", "block", 'o"dd\\']) ] == [2]
    api.pass_time(101)
    assert [row["user_id"] for row in api.claim(9)] == [1, 3]


def test_what_is_done_has_its_row_in_actions(api):
    api.plan([7])
    (row,) = api.claim()
    done = api.result(row, notes="by hand")
    assert list(done) == FIELDS
    assert (done["state"], done["attempts"], done["worker"], done["lease_until"], done["notes"]) == ("done", 1, "w", None, "by hand")
    assert done["finished_at"]
    assert api.sql("SELECT user_id, action_type, notes FROM actions") == [(7, "block", "by hand")]
    assert api.plan([7])["skipped"]["already_done"] == 1
    assert [row["event"] for row in api("GET", "/api/logs/?user_id=7&ordering=id")] == ["action_planned", "plan_done"]


def test_the_same_report_again_gets_the_same_answer_for_ever_and_another_one_is_refused(api):
    api.plan([7])
    (row,) = api.claim()
    first = api.ask("POST", f"{PLANS}{row['id']}/result/", {"lease": row["lease"], "outcome": "failed", "notes": "x"})
    (again,) = api.claim()
    api.result(again)
    api.pass_time(400 * 86_400)
    repeated = api.ask("POST", f"{PLANS}{row['id']}/result/", {"lease": row["lease"], "outcome": "failed"})
    assert (repeated.status_code, repeated.content) == (200, first.content)
    assert api.result(row, "done", 409) == OVER
    assert api.result(again, "failed", 409) == OVER
    assert api.result(again)["state"] == "done"
    assert api.sql("SELECT count(*) FROM actions") == [(1,)]


def test_what_fails_is_tried_three_times(api):
    api.plan([7])
    for attempt, state in ((1, "planned"), (2, "planned"), (3, "failed")):
        (row,) = api.claim()
        assert row["attempts"] == attempt
        failed = api.result(row, "failed", notes=f"try {attempt}")
        assert (failed["state"], failed["attempts"], failed["notes"]) == (state, attempt, f"try {attempt}")
    assert api.claim() == [] and api.sql("SELECT count(*) FROM actions") == [(0,)]
    assert api.plan([7])["planned"] == 1  # it may be planned anew


def test_a_lease_that_ran_out_goes_to_somebody_else_and_its_late_answer_is_refused(api):
    api.plan([7])
    (late,) = api.claim(worker="late", lease_seconds=30)
    api.pass_time(31)
    (listed,) = api("GET", PLANS + "?state=planned")
    assert (listed["attempts"], listed["worker"], listed["lease_until"]) == (0, None, None)
    assert api.result(late, status=409) == OVER
    (next_one,) = api.claim(worker="next")
    assert next_one["attempts"] == 1 and next_one["lease"] != late["lease"]
    assert api.result(late, status=409) == OVER
    api.pass_time(-100)  # the clock is set back: what was over stays over
    assert api.result(late, status=409) == OVER
    assert api.result(next_one)["worker"] == "next"
    assert api.sql("SELECT count(*) FROM actions") == [(1,)]


def test_a_result_needs_the_lease_and_the_planned_action_that_it_is_of(api):
    api.plan([7, 8])
    one, two = api.claim(2)
    assert api("POST", f"{PLANS}999999/result/", {"lease": one["lease"], "outcome": "done"}, 404) == {
        "detail": "No PlannedAction matches the given query."}
    assert api.result({"id": one["id"], "lease": two["lease"]}, status=409) == OVER
    assert api.result({"id": one["id"], "lease": "made up"}, status=409) == OVER
    assert api.result(one, "perhaps", 400) == {"outcome": ['"perhaps" is not a valid choice.']}
    assert api("POST", f"{PLANS}{one['id']}/result/", {}, 400) == {
        "lease": ["This field is required."], "outcome": ["This field is required."]}
    assert api.sql("SELECT count(*) FROM actions") == [(0,)]


@pytest.mark.parametrize("body, fault", [
    ({}, {"worker": ["This field is required."]}),
    ({"worker": "w", "limit": 0}, {"limit": ["Ensure this value is greater than or equal to 1."]}),
    ({"worker": "w", "limit": 1001}, {"limit": ["Ensure this value is less than or equal to 1000."]}),
    ({"worker": "w", "lease_seconds": 0}, {"lease_seconds": ["Ensure this value is greater than or equal to 1."]}),
    ({"worker": "w", "lease_seconds": 86_401}, {"lease_seconds": ["Ensure this value is less than or equal to 86400."]}),
    ({"worker": "w", "action_types": []}, {"action_types": ["This list may not be empty."]}),
    ({"worker": "w", "action_types": "block"}, {"action_types": ['Expected a list of items but got type "str".']}),
    ({"worker": "w", "action_types": ["block", ""]}, {"action_types": {"1": ["This field may not be blank."]}}),
])
def test_a_claim_that_does_not_fit_is_refused(api, body, fault):
    api.plan([1])
    assert api("POST", CLAIM, body, 400) == fault
    assert api.states() == {1: "planned"}


def test_a_claim_that_is_repeated_under_its_key_gets_the_same_rows(api):
    api.plan([1, 2])
    first = api("POST", CLAIM, {"worker": "w"}, key="k")
    assert api("POST", CLAIM, {"worker": "w"}, key="k") == first
    assert [row["user_id"] for row in api.claim(9)] == [2]


# -- the cap

def test_the_daily_cap_counts_attempts_of_an_account_and_a_type_on_the_day_of_their_claim(api):
    api.plan(range(1, 31))
    api.plan(range(1, 31), "mute")
    rows = api.claim(100)
    assert len(rows) == 4 * CAP  # two accounts, two types
    assert api.claim(100) == []
    api.result(rows[0], "failed")
    assert api.claim(100) == []  # a failure counts as well
    api.sql("UPDATE watchdxg_action_attempt SET claimed_at = claimed_at - interval '1 day'")
    assert len(api.claim(100)) == 2 * 30 - 4 * CAP + 1  # what is left, and what failed


def test_an_attempt_whose_lease_ran_out_does_not_count(api):
    api.plan(range(2, 61, 2))
    assert len(api.claim(100, lease_seconds=10)) == CAP
    api.pass_time(11)
    again = api.claim(100)
    assert [row["user_id"] for row in again] == list(range(2, 2 + 2 * CAP, 2))
    api.pass_time(-60)  # the clock is set back: the first leases are no longer alive, nor counted
    assert api.claim(100) == []


# -- cancelling, exempting, undoing

def test_what_no_worker_has_can_be_cancelled(api):
    api.plan([1, 2, 3])
    (claimed,) = api.claim()
    ids = {row["user_id"]: row["id"] for row in api("GET", PLANS)}
    assert api.cancel(ids[1], 409) == {"detail": "It is claimed and cannot be cancelled."}
    answer = api.ask("PATCH", f"{PLANS}{ids[2]}/", {"state": "cancelled"})
    assert answer.json()["state"] == "cancelled" and answer.json()["finished_at"] and edit_of(answer)
    again = api.ask("PATCH", f"{PLANS}{ids[2]}/", {"state": "cancelled"})
    assert again.json() == answer.json() and "X-Edit-ID" not in again.headers
    api.result(claimed)
    assert api.cancel(ids[1], 409) == {"detail": "It is done and cannot be cancelled."}
    assert api("PATCH", f"{PLANS}{ids[3]}/", {"state": "done"}, 400) == {"state": ['"done" is not a valid choice.']}
    api.cancel(999_999, 404)
    assert [row["user_id"] for row in api.claim(9)] == [3]


def test_everything_can_be_stopped_at_once_and_taken_up_again(api):
    api.plan(range(1, 6))
    api.plan(range(1, 6), "mute")
    api.claim(1)
    answer = api.ask("POST", CANCEL, {"action_type": "block"})
    assert answer.json() == {"cancelled": 4}
    assert sorted(api.sql("SELECT state, count(*) FROM watchdxg_planned_action GROUP BY 1")) == [
        ("cancelled", 4), ("claimed", 1), ("planned", 5)]
    assert api("POST", CANCEL, {}) == {"cancelled": 5}
    assert api("POST", CANCEL, {}) == {"cancelled": 0}
    assert api.undo(edit_of(answer))["reverted"] == 4
    assert [row["user_id"] for row in api.claim(9, action_types=["block"])] == [2, 3, 4, 5]


def test_an_exempt_handle_is_never_planned_and_what_is_planned_is_cancelled(api):
    api.plan([3, 6, 9])
    (claimed,) = api.claim()
    assert api("POST", EXEMPTIONS, {"handle": " @@h6\u200b"}, 201)["handle"] == "h6"
    answer = api.ask("POST", EXEMPTIONS, {"handle": "h6"})
    assert answer.status_code == 200 and "X-Edit-ID" not in answer.headers
    api("POST", EXEMPTIONS, {"handle": "H3"}, 201)
    assert api.states() == {3: "claimed", 6: "cancelled", 9: "planned"}
    assert api.plan([6, 9])["skipped"] == {"exempt": 1, "already_planned": 1, "already_done": 0}
    assert [row["handle"] for row in api("GET", EXEMPTIONS)] == ["h6", "h3"]
    assert list(api("GET", EXEMPTIONS)[0]) == ["handle", "created_at"]
    assert [row["handle"] for row in api("GET", EXEMPTIONS + "?search=%40H6")] == ["h6"]
    assert api.result(claimed, "failed")["state"] == "cancelled"  # not to be tried again
    api("DELETE", EXEMPTIONS + "%40H6/", None, 204)
    api("DELETE", EXEMPTIONS + "h6/", None, 404)
    assert api.plan([6])["planned"] == 1
    assert api("POST", EXEMPTIONS, {"handle": "@ "}, 400) == {"handle": ["This is no handle."]}


def test_exempting_wins_over_a_lease_that_has_run_out_and_over_a_new_name(api):
    api.plan([1, 2])
    api.claim(2, lease_seconds=5)
    api.pass_time(6)
    api.sql("UPDATE users SET handle = 'renamed' WHERE id = 2")
    for handle in ("h1", "renamed"):
        api("POST", EXEMPTIONS, {"handle": handle}, 201)
    assert api.claim(9) == [] and set(api.states().values()) == {"cancelled"}


def test_handles_are_exempt_as_they_are_read_everywhere(api):
    stored = ["\u00c9lan", "bob\u200b", "carl\n", "\uff20dan", "\t@eve", "\u00a0gus", " @Fay "]
    for user, handle in enumerate(stored, 1):
        code = "".join(f"\\+{ord(character):06X}" for character in handle)
        api.sql(f"UPDATE users SET handle = U&'{code}' WHERE id = {user}")
    for handle in ("\u00c9lan", "bob", "carl", "dan", "EVE", "@gus", "fay"):
        api("POST", EXEMPTIONS, {"handle": handle}, 201)
    assert api.plan(range(1, 8))["skipped"]["exempt"] == 7
    for handle in ("a/b", "a b"):
        assert api("POST", EXEMPTIONS, {"handle": handle}, 400) == {"handle": ["This is no handle."]}


def test_a_worker_gets_the_handle_that_the_user_has_now_and_nobody_without_one(api):
    api.plan([1, 2, 4])
    api.sql("UPDATE users SET handle = CASE id WHEN 1 THEN '@renamed' WHEN 2 THEN '' END WHERE id IN (1, 2, 4)")
    assert [(row["user_id"], row["handle"]) for row in api.claim(9)] == [(1, "renamed")]


def test_what_is_exempt_when_its_lease_has_run_out_ends_with_an_entry_and_an_event(api):
    api.plan([1])
    api.claim(lease_seconds=5)
    api("POST", EXEMPTIONS, {"handle": "h1"}, 201)
    api.pass_time(6)
    api.sql("DELETE FROM watchdxg_event")
    assert api.claim() == [] and api.states() == {1: "cancelled"}
    (id,) = api.sql("SELECT id FROM watchdxg_planned_action")[0]
    assert api.sql("SELECT table_name, account_id, ids FROM watchdxg_event") == [("planned_actions", 2, [id])]
    entry = api("GET", "/api/logs/?event=plan_cancelled")[0]
    assert (entry["user_id"], entry["before"]["state"], entry["after"]["state"]) == (1, "claimed", "cancelled")


def test_who_may_not_record_actions_gets_no_work_and_may_say_that_it_failed(api, cluster):
    api.plan([1, 2])
    (row,) = api.claim()
    api.sql("CREATE ROLE planner LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO planner;"
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO planner; REVOKE INSERT ON actions FROM planner")
    try:
        with Server(api.url.replace("wdx@", "planner@")) as server:
            other = Api(server, api.url)
            refusal = {"detail": "The database does not let this server write the table actions."}
            assert other("POST", CLAIM, {"worker": "w"}, 403) == refusal
            assert other.result(row, status=403) == refusal
            assert other.result(row, "failed")["state"] == "planned"
    finally:
        api.sql("DROP OWNED BY planner; DROP ROLE planner")


def test_only_what_one_account_has_planned_can_be_stopped_and_an_empty_patch_changes_nothing(api):
    api.plan([1, 2])
    assert api("POST", CANCEL, {"account_id": 1}) == {"cancelled": 1}
    assert api.states() == {1: "planned", 2: "cancelled"}
    (row,) = api("GET", PLANS + "?user_id=1")
    assert api("PATCH", f"{PLANS}{row['id']}/", {}) == row


def test_undoing_a_plan_cancels_what_is_still_planned(api):
    edit = edit_of(api.ask("POST", PLANS, {"user_ids": [1, 2, 3, 4], "action_type": "block"}))
    one, two = api.claim(2)
    api.result(one)
    api.sql("DELETE FROM users WHERE id = 4")
    undone = api.undo(edit)
    assert undone["reverted"] == 1
    assert undone["skipped"] == [{"user_id": 1, "reason": "done"}, {"user_id": 2, "reason": "claimed"},
                                 {"user_id": 4, "reason": "gone"}]
    assert api.states()[3] == "cancelled"
    redone = api.undo(undone["edit_id"])
    assert redone["reverted"] == 1 and api.states()[3] == "planned"
    assert api.undo(edit, 409)["edit_id"] == undone["edit_id"]
    assert api.result(two)["state"] == "done"


@pytest.mark.parametrize("begin", ["plan", "cancel"])
def test_undoing_goes_back_and_forth_as_often_as_one_likes(api, begin):
    answer = api.ask("POST", PLANS, {"user_ids": [1], "action_type": "block"})
    if begin == "cancel":
        answer = api.ask("POST", CANCEL, {"account_id": 2})
    edit, states = edit_of(answer), []
    for _ in range(6):
        edit = api.undo(edit)["edit_id"]
        states.append(api.states()[1])
    flips = ["cancelled", "planned"] if begin == "plan" else ["planned", "cancelled"]
    assert states == flips * 3
    events = [entry["event"] for entry in api("GET", "/api/logs/?user_id=1&ordering=-id&limit=2")["results"]]
    assert sorted(events) == ["action_planned", "plan_cancelled"]


def test_what_was_done_meanwhile_is_not_planned_again_by_undoing_an_old_cancelling(api):
    api.plan([1])
    edit = edit_of(api.ask("POST", CANCEL, {}))
    api.plan([1])
    api.result(api.claim()[0])
    assert api.undo(edit) == {"edit_id": None, "reverted": 0, "skipped": [{"user_id": 1, "reason": "done"}]}
    assert api.claim() == [] and api.sql("SELECT count(*) FROM actions") == [(1,)]


def test_what_was_cancelled_is_not_planned_again_beside_a_new_plan_or_an_exemption(api):
    api.plan([1, 2])
    edit = edit_of(api.ask("POST", CANCEL, {}))
    api.plan([1])
    api("POST", EXEMPTIONS, {"handle": "h2"}, 201)
    assert api.undo(edit) == {"edit_id": None, "reverted": 0, "skipped": [
        {"user_id": 1, "reason": "changed"}, {"user_id": 2, "reason": "changed"}]}


def test_undoing_an_exemption_removes_it_only_and_redoing_it_exempts_again(api):
    api.plan([1])
    edit = edit_of(api.ask("POST", EXEMPTIONS, {"handle": "h1"}))
    undone = api.undo(edit)
    assert undone["reverted"] == 1 and api("GET", EXEMPTIONS) == [] and api.states() == {1: "cancelled"}
    api.plan([1])
    assert api.undo(undone["edit_id"])["reverted"] == 1
    assert [row["handle"] for row in api("GET", EXEMPTIONS)] == ["h1"]
    assert set(row["state"] for row in api("GET", PLANS)) == {"cancelled"}


def test_events_and_the_log_tell_of_plans_and_exemptions(api):
    plan = edit_of(api.ask("POST", PLANS, {"user_ids": [1, 2, 4], "action_type": "block"}))
    ids = [row["id"] for row in api("GET", PLANS)]
    (row,) = api.claim()
    api.result(row)
    exempt = edit_of(api.ask("POST", EXEMPTIONS, {"handle": "h2"}))
    events = api.sql("SELECT table_name, account_id, ids, edit_id FROM watchdxg_event WHERE table_name <> 'users' ORDER BY id")
    (action,) = api.sql("SELECT id FROM actions")[0]
    (exemption,) = api.sql("SELECT id FROM watchdxg_exemption")[0]
    assert events == [
        ("planned_actions", 1, ids[1:], plan), ("planned_actions", 2, ids[:1], plan), ("planned_actions", 2, ids[:1], None),
        ("actions", 2, [action], None), ("planned_actions", 2, ids[:1], None),
        ("exemptions", None, [exemption], exempt), ("planned_actions", 1, [ids[1]], exempt)]
    entries = api.sql("SELECT event, user_id, edit_id FROM watchdxg_log WHERE event ~ 'plan|exempt' ORDER BY id")
    assert sorted(entries, key=str) == sorted([
        ("action_planned", 1, plan), ("action_planned", 2, plan), ("action_planned", 4, plan), ("plan_done", 1, None),
        ("exempted", None, exempt), ("plan_cancelled", 2, exempt)], key=str)


# -- many workers, processes and accidents

def check_invariants(api, exempt_from):
    """What has to hold whatever happened."""
    done = api.sql("SELECT user_id, action_type, count(*) FROM watchdxg_planned_action WHERE state = 'done' GROUP BY 1, 2")
    recorded = api.sql("SELECT user_id, action_type, count(*) FROM actions GROUP BY 1, 2")
    assert sorted(done) == sorted(recorded)
    assert all(times == 1 for _, _, times in recorded)
    assert api.sql("SELECT count(*) FROM (SELECT FROM watchdxg_action_attempt WHERE outcome IS NOT NULL OR (NOT "
                   "has_lapsed AND lease_until > now()) GROUP BY account_id, action_type, "
                   f"(claimed_at AT TIME ZONE 'UTC')::date HAVING count(*) > {CAP}) AS a") == [(0,)]
    assert api.sql("SELECT count(*) FROM watchdxg_action_attempt WHERE outcome = 'done'")[0][0] == len(done)
    for handle, at in exempt_from.items():
        assert api.sql("SELECT count(*) FROM watchdxg_action_attempt AS a JOIN watchdxg_planned_action AS p ON p.id = "
                       f"a.planned_action_id WHERE lower(p.handle) = '{handle}' AND a.claimed_at > '{at}'") == [(0,)]


class Worker(threading.Thread):
    """Claims and reports until it is told to stop; forgets some, is late with some, repeats some, is killed in between."""

    def __init__(self, apis, seed, stopped):
        super().__init__()
        self.apis, self.random, self.stopped, self.faults, self.reported = apis, random.Random(seed), stopped, [], []

    def run(self):
        try:
            while not self.stopped.is_set():
                self.work()
        except Exception as error:  # noqa: BLE001 - the test shows it
            self.faults.append(repr(error))

    def ask(self, *request):
        """To any of the processes; one that has just been killed answers nothing."""
        for _ in range(100):
            try:
                answer = self.random.choice(self.apis).ask(*request)
                if answer.status_code != 503:
                    return answer
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("no answer")

    def work(self):
        answer = self.ask("POST", CLAIM, {"worker": self.name, "limit": self.random.randint(1, 3),
                                          "lease_seconds": self.random.choice([1, 60])})
        assert answer.status_code == 200, answer.text
        for row in answer.json():
            chance = self.random.random()
            if chance < 0.2:
                continue  # forgotten
            if chance < 0.3:
                time.sleep(1.1)  # late, if the lease was short
            outcome = "failed" if self.random.random() < 0.3 else "done"
            for _ in range(self.random.choice([1, 1, 2])):
                said = self.ask("POST", f"{PLANS}{row['id']}/result/", {"lease": row["lease"], "outcome": outcome})
                assert said.status_code in (200, 409), said.text
                self.reported.append((row["lease"], outcome, said.status_code, said.text))
        time.sleep(0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_many_workers_over_two_processes_one_of_which_is_killed_do_everything_once(cluster, seed):
    url = make_database(cluster)
    execute(url, EMPTY)
    dice = random.Random(seed)
    settings = {"ACTION_DAILY_CAP": str(CAP)}
    stopped = threading.Event()
    exempt_from = {}
    mortal = Server(url, **settings)
    with Server(url, **settings) as steady:
        api = Api(steady, url)
        apis = [api, Api(mortal, url)]
        api.plan(range(1, 61))
        api.plan(range(1, 21), "mute")
        workers = [Worker(apis, seed * 100 + n, stopped) for n in range(6)]
        for worker in workers:
            worker.start()
        for step in range(12):
            time.sleep(dice.uniform(0.05, 0.3))
            if step == 4:
                mortal.kill()
                mortal.discard()
            if step % 3 == 0:
                handle = f"h{dice.randint(1, 60)}"
                api.ask("POST", EXEMPTIONS, {"handle": handle})
                exempt_from.setdefault(handle, api.sql("SELECT clock_timestamp()")[0][0])
            if step % 4 == 1:
                api.pass_time(dice.choice([2, 30, -1]))
                exempt_from.clear()  # the times of claims have moved
            if step % 5 == 2:
                api.plan([dice.randint(1, 60) for _ in range(5)])
        stopped.set()
        for worker in workers:
            worker.join()
        assert [fault for worker in workers for fault in worker.faults] == []
        check_invariants(api, exempt_from)
        answers = {}
        for worker in workers:
            for lease, outcome, status, text in worker.reported:
                if status == 200:
                    assert answers.setdefault(lease, (outcome, text)) == (outcome, text)
        assert len([1 for outcome, _ in answers.values() if outcome == "done"]) == api.sql("SELECT count(*) FROM actions")[0][0] > 0


def test_two_claims_at_once_share_nothing(api):
    api.plan(range(1, 21))
    with ThreadPoolExecutor(8) as pool:
        rows = [row for rows in pool.map(lambda n: api.claim(3, f"w{n}"), range(8)) for row in rows]
    assert len(rows) == len({row["id"] for row in rows}) == 2 * CAP


def test_the_example_worker_does_what_is_planned_and_reports_it(api):
    api.plan([3, 4], cause="sells followers")
    api.plan([5], "mute")
    environment = {**os.environ, "WATCHDXG_URL": api.server.base_url, "WATCHDXG_USERNAME": "watchdxg",
                   "WATCHDXG_PASSWORD": "watchdxg"}
    done = subprocess.run(["/usr/bin/python3", PROJECT / "docs/examples/worker.py", "--once"], env=environment, text=True,
                          capture_output=True, timeout=60)
    assert done.stdout == "block @H3: sells followers\nblock @H4: sells followers\nmute @H5: no cause given\n", done.stderr
    assert set(api.states().values()) == {"done"} and api.sql("SELECT count(*) FROM actions") == [(3,)]
