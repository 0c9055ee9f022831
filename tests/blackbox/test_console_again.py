"""Judged users who come back unmarked in the console's triage, in Chromium."""
import json
import shutil
import subprocess
from datetime import datetime, timezone

import pytest

from support.data import make_database
from support.postgres import TESTS, execute, wait_until
from support.server import Server

pytestmark = pytest.mark.xdist_group("console")

OLD = range(101, 121)


def chance(number, day):
    """As console/src/model/again.ts has it."""
    hashed = (0x811C9DC5 ^ number) & 0xFFFFFFFF
    for letter in day:
        hashed = ((hashed ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    hashed = ((hashed ^ (hashed >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    return hashed ^ (hashed >> 13)


@pytest.fixture(scope="module")
def watched(cluster):
    url = make_database(cluster)
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    new = [number for number in range(1000, 3000) if chance(number, day) % 20 == 0][:30]
    execute(url, "DELETE FROM users")
    for numbers, name in ((OLD, "old"), (new, "new")):
        execute(url, "INSERT INTO users (id, account_id, handle, bio, created_at, following_count, followers_count, follower)"
                     f" SELECT id, 1, '{name}' || id, NULL, '2020-01-01', 900, 3, true FROM unnest(ARRAY{list(numbers)}) AS id")
    execute(url, "INSERT INTO classification SELECT id, true, false, '2024-02-29 12:00:00+00', 'a note from then' FROM users"
                 " WHERE handle LIKE 'old%'")
    with Server(url) as server:
        token = server.login().json()["access"]
        wait_until(lambda: len(server.get("/api/accounts/synka777/triage/?limit=60", token).json()) == 30, "the scores")
        yield server, url


@pytest.fixture(scope="module")
def seen(watched):
    job = {"api": watched[0].base_url, "username": "watchdxg", "password": "watchdxg"}
    done = subprocess.run([shutil.which("node"), "again.mjs"], input=json.dumps(job), cwd=TESTS / "browser",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_they_stand_among_the_others_without_a_mark_of_what_was_said(seen):
    assert [card[:4] for card in seen["cards"]] == ["@new", "@old", "@new", "@old", "@new", "@old"]
    assert "a note from then" not in seen["text"] and "Follows 900 accounts, followed by 3" in seen["text"]
    assert "▲ harmful" not in seen["text"]


def test_why_is_said_in_the_same_sentences_as_of_the_others(seen, watched):
    server, token = watched[0], watched[0].login().json()["access"]
    user = int(seen["cards"][1].removeprefix("@old"))
    assert seen["why"] == server.get(f"/api/users/{user}/signals/", token).json()["reasons"]


def test_the_verdict_of_then_holds_unless_the_operator_says_otherwise(seen, watched):
    rows = dict(execute(watched[1], "SELECT handle, ROW(harmful, inactive, notes)::text FROM classification JOIN users"
                                    " ON id = user_id"))
    old = {"@" + handle: row for handle, row in rows.items() if handle.startswith("old")}
    changed = [handle for handle, row in old.items() if row != '(t,f,"a note from then")']
    assert changed == [seen["cards"][3]] and old[changed[0]] == '(f,f,"a note from then")'
    assert "harmful on 29 Feb 2024, sane now." in seen["question"]


def test_agreement_is_counted_and_what_is_taken_back_is_not(seen):
    assert "1 of 2 times" in seen["agreement"] and "50%" in seen["agreement"] and "9% to 91%" in seen["agreement"]


def test_it_can_be_switched_off(seen):
    assert seen["off"].startswith("@new")
