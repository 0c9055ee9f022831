"""The console's list of people: one verdict for all that match a filter, in Chromium."""
import json
import shutil
import subprocess

import pytest

from support.data import make_database
from support.postgres import TESTS, execute
from support.server import Server
from support.tokens import mint

pytestmark = pytest.mark.xdist_group("console")

UNJUDGED, JUDGED = 11_000, 40   # more than can be named in one request
PEOPLE = f"""
DELETE FROM classification; DELETE FROM actions; DELETE FROM posts; DELETE FROM users;
INSERT INTO users (id, account_id, handle, followers_count, follower)
SELECT i, 1, CASE WHEN i <= {JUDGED} THEN 'judged' ELSE 'other' END || i, i, true
  FROM generate_series(1, {JUDGED + UNJUDGED}) AS i;
INSERT INTO classification SELECT id, id % 2 = 0, false, '2024-02-29 12:34:56.789012+00', 'kept' FROM users
 WHERE id <= {JUDGED}
"""
VERDICTS = "SELECT * FROM classification ORDER BY user_id"


@pytest.fixture(scope="module")
def watched(cluster):
    url = make_database(cluster)
    execute(url, PEOPLE)
    with Server(url, BULK_LIMIT=str(UNJUDGED)) as server:
        yield server, url


@pytest.fixture(scope="module")
def before(watched):
    return execute(watched[1], VERDICTS)


@pytest.fixture(scope="module")
def seen(watched, before):
    server, _ = watched
    job = {"api": server.base_url, "username": "watchdxg", "password": "watchdxg", "token": mint(), "judge": JUDGED + 1,
           "users": UNJUDGED, "least": JUDGED - 9, "most": JUDGED + 10}
    done = subprocess.run([shutil.which("node"), "bulk.mjs"], input=json.dumps(job), cwd=TESTS / "browser",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_how_many_can_be_judged_at_once_is_said_before(seen):
    assert seen["tooMany"] == ["At most 11,000 at once: filter first.", True]


def test_the_preview_says_how_many_it_changes_and_shows_ten(seen):
    assert seen["selected"] == "All 11,000 that match are selected"
    assert "This changes 11,000 users." in seen["preview"] and seen["preview"].count("@other") == 10


def test_another_number_of_users_is_shown_and_asked_about_again(seen):
    assert "Not done: the number of users who match is 10,999 now, not 11,000." in seen["recounted"]
    assert "This changes 10,999 users." in seen["recounted"]


def test_a_busy_server_is_asked_again_with_the_same_key(seen):
    assert "Too many writes wait." in seen["busy"] and "Trying again in" in seen["busy"]
    assert [count for _, count in seen["writes"]] == [10_999] * 2
    assert len({key for key, _ in seen["writes"]}) == 1


def test_all_of_them_are_one_edit_that_one_key_takes_back(seen, watched, before):
    assert seen["left"] == "0 users"
    _, url = watched
    edits = execute(url, "SELECT kind, undone_by IS NOT NULL FROM watchdxg_edit WHERE users = 10999 ORDER BY at")
    assert edits == [("classification_changed", True), ("undo", False)]
    assert [row for row in execute(url, VERDICTS) if row[0] != JUDGED + 1] == before


def test_who_has_no_verdict_is_skipped_when_verdicts_are_removed(seen):
    assert "This changes 11 users." in seen["removal"]
    assert "9 stay as they are: they have no verdict." in seen["removal"]
