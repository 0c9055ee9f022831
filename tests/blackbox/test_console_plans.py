"""The console's planned actions: planned for all that match, watched, stopped and taken back, in Chromium."""
import json
import shutil
import subprocess

import pytest

from support.data import make_database
from support.postgres import TESTS, execute
from support.server import PROJECT, Server
from support.tokens import mint

pytestmark = pytest.mark.xdist_group("console")

PEOPLE = """
DELETE FROM classification; DELETE FROM actions; DELETE FROM posts; DELETE FROM users;
INSERT INTO users (id, account_id, handle, follower) SELECT i, 1, 'person' || i, true FROM generate_series(1, 12) AS i;
INSERT INTO classification (user_id, harmful) SELECT i, true FROM generate_series(1, 6) AS i;
INSERT INTO actions (user_id, action_type) VALUES (6, 'block')
"""


@pytest.fixture(scope="module")
def url(cluster):
    url = make_database(cluster)
    execute(url, PEOPLE)
    return url


@pytest.fixture(scope="module")
def seen(url):
    pictures = PROJECT / "build/console-pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    with Server(url) as server:
        job = {"api": server.base_url, "username": "watchdxg", "password": "watchdxg", "token": mint(),
               "exempt": "person5", "screenshots": str(pictures)}
        done = subprocess.run([shutil.which("node"), "plans.mjs"], input=json.dumps(job), cwd=TESTS / "browser",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_preview_says_for_how_many_and_who_is_left_out_and_why(seen):
    assert "This plans it for 4 users." in seen["preview"]
    assert "Left out: 1 exempt" in seen["preview"]
    assert "Left out: 1 for whom it is recorded already" in seen["preview"]
    assert "is planned already" not in seen["preview"] and "Planned for 4 users" in seen["toast"]


def test_the_page_follows_the_workers(seen):
    assert len(seen["rows"]) == 4 and all("sells followers" in row for row in seen["rows"])
    assert sum("core-1 has it until" in row for row in seen["rows"]) == 1
    assert sum("done" in row for row in seen["rows"]) == 1


def test_everything_is_stopped_after_a_question_and_can_be_taken_up_again(seen, url):
    assert seen["asked"] == "Cancel everything about followers of @synka777 that no worker has yet?"
    assert [text for text in seen["stopped"] if text[-1:].isdigit()] == [
        "planned 0", "at work 1", "done 1", "failed 0", "cancelled 2"]
    assert sorted(execute(url, "SELECT state, count(*) FROM watchdxg_planned_action GROUP BY 1")) == [
        ("cancelled", 2), ("claimed", 1), ("done", 1)]
