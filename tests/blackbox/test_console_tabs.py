"""Several tabs of the console: one of them refreshes for all, whichever of them is closed."""
import json
import shutil
import subprocess

import pytest

from support.data import make_database
from support.postgres import TESTS, execute
from support.server import Server

pytestmark = pytest.mark.xdist_group("console")

TABS, LIFETIME, SECONDS = 5, 5, 24


@pytest.fixture(scope="module")
def seen(cluster):
    url = make_database(cluster)
    with Server(url, ACCESS_TOKEN_LIFETIME=str(LIFETIME), THROTTLE_REFRESH="60/min", REVOKE_ON_REUSE="on") as server:
        job = {"api": server.base_url, "username": "watchdxg", "password": "watchdxg", "tabs": TABS, "seconds": SECONDS}
        done = subprocess.run([shutil.which("node"), "tabs.mjs"], input=json.dumps(job), cwd=TESTS / "browser",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        events = [event for (event,) in execute(url, "SELECT event FROM watchdxg_log")]
    return {**json.loads(done.stdout), "events": events}


def test_nobody_is_logged_out_and_nothing_is_refused(seen):
    assert (seen["loggedOut"], seen["refused"]) == (0, [])
    assert not {"refresh_reuse", "refresh_refused", "throttled"} & set(seen["events"])


def test_new_tabs_get_their_token_from_the_others(seen):
    assert seen["whenOpened"] <= 1


def test_all_of_them_refresh_as_often_as_one(seen):
    once = SECONDS / (0.8 * LIFETIME)
    assert once - 1 <= seen["refreshes"] <= once + 4


def test_no_token_is_written_down(seen):
    assert seen["stored"] == 0
