"""Reports and long lists that are read from a hot standby: nobody misses what was written before, and no error of the
standby reaches a client whom the primary could have answered."""
import re
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from support.data import make_database, seed
from support.postgres import execute, wait_until
from support.server import Server, run_command
from support.standby import Pair
from support.tokens import mint

ACCOUNT = "/api/accounts/synka777"
USERS = 1200   # more than one piece of a list
REPORTS = [f"{ACCOUNT}/stats/", f"{ACCOUNT}/cohorts/", f"{ACCOUNT}/triage/?limit=5", f"{ACCOUNT}/audience/",
           "/api/users/?search=a&limit=5", "/api/users/?limit=5&offset=10"]
LISTS = ["/api/users/", "/api/users/?format=csv", "/api/posts/?format=ndjson&fields=id,user_id"]


@pytest.fixture(scope="module")
def pair():
    pair = Pair()
    url = pair.url(pair.primary)
    seed(url, USERS, 2 * USERS)
    yield pair
    pair.remove()


@pytest.fixture
def own_pair():
    """For tests after which the standby is none any more, or which need another one."""
    pairs = []

    def make(**standby_settings):
        pairs.append(Pair(standby_settings))
        seed(pairs[0].url(pairs[0].primary), USERS, 2 * USERS)
        return pairs[0]
    yield make
    for pair in pairs:
        pair.remove()


class Reader:
    """A server that reads from a standby, and how often it did."""

    def __init__(self, start_server, pair, used=True, next_primary=(), options="", **settings):
        self.server = start_server(pair.url(pair.primary, *next_primary, options=options),
                                   database_replica_url=pair.url(pair.standby), management_listen="127.0.0.1:0", **settings)
        self.port = int(re.search(r"^management on http://127\.0\.0\.1:(\d+)$", self.server.output, re.M).group(1))
        if used:
            self.wait_until_used()

    def metric(self, name):
        text = requests.get(f"http://127.0.0.1:{self.port}/metrics", timeout=10).text
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M).group(1))

    def is_used(self):
        return self.metric("wdx_replica_used") == 1

    def wait_until_used(self):
        wait_until(self.is_used, "the standby to be used", 30)

    def reads(self):
        return tuple(self.metric(f'wdx_replica_reads_total{{database="{name}"}}') for name in ("standby", "primary"))

    def get(self, path, **options):
        return self.server.get(path, token=mint(), **options)

    def harmful(self):
        answer = self.get(f"{ACCOUNT}/stats/")
        assert answer.status_code == 200, answer.text
        return answer.json()["users"]["harmful"]


def users_of_the_account(pair):
    return [user for user, in execute(pair.url(pair.primary), "SELECT id FROM users WHERE account_id = 1 ORDER BY id")]


def judge(server, user, harmful=True):
    answer = server.request("PUT", f"/api/users/{user}/classification/", mint(), json={"harmful": harmful, "inactive": False})
    assert answer.status_code in (200, 201), answer.text


def test_reports_long_lists_and_exports_are_read_from_the_standby(pair, start_server):
    reader = Reader(start_server, pair)
    for path in REPORTS + LISTS:
        before = reader.reads()
        answer = reader.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        standby, primary = (now - then for now, then in zip(reader.reads(), before))
        assert standby > 0 and primary == 0, f"{path} was read from the standby {standby} times, the primary {primary}"
    with Server(pair.url(pair.primary)) as alone:
        for path in LISTS + ["/api/users/?limit=5&offset=10"]:
            assert alone.get(path, token=mint()).content == reader.get(path).content.replace(
                str(reader.server.port).encode(), str(alone.port).encode()), path


def test_who_may_read_is_asked_of_the_primary(pair, start_server):
    reader = Reader(start_server, pair)
    with paused(pair):
        execute(pair.url(pair.primary), "UPDATE auth_user SET is_active = false WHERE id = 1")
        try:
            for path in REPORTS + LISTS:
                assert reader.get(path).status_code == 401, path
        finally:
            execute(pair.url(pair.primary), "UPDATE auth_user SET is_active = true WHERE id = 1")


@contextmanager
def paused(pair):
    """The standby gets everything and replays nothing."""
    pair.on_standby("SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        pair.on_standby("SELECT pg_wal_replay_resume()")
        wait_until(pair.has_caught_up, "the standby to have caught up")


def test_what_was_written_by_another_process_is_in_the_next_report_and_list(own_pair, start_server):
    pair = own_pair(recovery_min_apply_delay="300ms")
    reader = Reader(start_server, pair)
    writer = start_server(pair.url(pair.primary))
    before = reader.reads()
    rounds = 5
    for user in users_of_the_account(pair)[:rounds]:
        judge(writer, user, harmful=False)
        harmful = reader.harmful()
        judge(writer, user)
        assert reader.harmful() == harmful + 1
        listed = {row["id"]: row["classification"] for row in reader.get("/api/users/?expand=classification").json()}
        assert listed[user]["harmful"] is True
    standby, primary = (now - then for now, then in zip(reader.reads(), before))
    assert standby == 3 * rounds and primary == 0, "it waited for the standby instead of asking the primary"


def test_a_standby_that_is_too_far_behind_is_not_asked_until_it_has_caught_up(pair, start_server):
    reader = Reader(start_server, pair)
    user = users_of_the_account(pair)[0]
    judge(reader.server, user, harmful=False)
    harmful = reader.harmful()
    with paused(pair):
        judge(reader.server, user)
        for path in REPORTS + LISTS:
            assert reader.get(path).status_code == 200
        assert reader.harmful() == harmful + 1
        assert not reader.is_used()
        began = time.monotonic()
        reader.get(LISTS[0])
        assert time.monotonic() - began < 0.9, "nobody waits for a standby that is known to be behind"
    reader.wait_until_used()
    assert reader.harmful() == harmful + 1


class Load:
    """Clients that read reports and lists until they are told to stop; what went wrong is kept."""

    def __init__(self, server, paths):
        self.answers, self.failures, self.cut = 0, [], 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(server, path)) for path in paths]

    def _read(self, server, path):
        while not self._stopping.is_set():
            try:
                answer = server.get(path, token=mint())
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self.cut += 1   # after a 200: the rest of the list was on the standby
                continue
            self.answers += 1
            if answer.status_code != 200:
                self.failures.append((path, answer.status_code, answer.text[:300]))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def go_on(self):
        """Until each client has had some answers more."""
        wanted = self.answers + 3 * len(self._threads)
        wait_until(lambda: self.answers >= wanted, "the clients to read on", 60)


def test_a_standby_that_is_killed_under_load_costs_no_report(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair)
    with Load(reader.server, REPORTS) as load:
        for _ in range(2):
            load.go_on()
            pair.standby.kill()
            wait_until(lambda: not reader.is_used(), "the loss to be noticed")
            load.go_on()
            pair.standby.start()
            reader.wait_until_used()
        load.go_on()
    assert not load.failures and load.cut == 0
    assert min(reader.reads()) > 0


def test_a_list_that_cannot_begin_on_the_standby_begins_on_the_primary(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair)
    with Load(reader.server, LISTS) as load:
        load.go_on()
        pair.standby.kill()
        load.go_on()
    assert not load.failures
    assert load.cut <= len(LISTS), "only what had begun broke off"


def test_a_standby_that_is_promoted_under_load_is_not_read_any_more(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair)
    with Load(reader.server, REPORTS + LISTS) as load:
        load.go_on()
        pair.promote()
        pair.on_standby("UPDATE users SET username = 'of another database'")
        wait_until(lambda: not reader.is_used(), "the promotion to be noticed")
        load.go_on()
        assert b"of another database" not in reader.get("/api/users/").content
    assert not load.failures and load.cut == 0
    judge(reader.server, 1)
    time.sleep(2.5)   # two looks at the standby
    assert not reader.is_used()


def test_a_conflict_with_recovery_is_nothing_that_a_client_hears_of(own_pair, start_server):
    pair = own_pair(max_standby_streaming_delay="0", hot_standby_feedback="off")
    reader = Reader(start_server, pair)
    stopping = threading.Event()

    def lock():
        while not stopping.is_set():
            execute(pair.url(pair.primary), "ALTER TABLE users ALTER COLUMN bio SET STORAGE EXTENDED")
            time.sleep(0.01)

    locking = threading.Thread(target=lock)
    conflicts = "SELECT sum(confl_lock + confl_snapshot) FROM pg_stat_database_conflicts"
    with Load(reader.server, REPORTS) as load:
        locking.start()
        try:
            wait_until(lambda: pair.on_standby(conflicts)[0][0] > 2, "reports to be in the way of recovery", 60)
            load.go_on()
        finally:
            stopping.set()
            locking.join()
    assert not load.failures and load.cut == 0


def test_without_the_primary_nothing_is_read_from_the_standby(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair)
    pair.primary.kill()
    for path in REPORTS + LISTS:
        assert reader.get(path).status_code == 503
    pair.primary.start()
    reader.server.wait_until_ready()
    wait_until(lambda: reader.get(REPORTS[0]).status_code == 200, "reports", 30)


@pytest.mark.parametrize("other", ["the primary", "another database of the standby", "another cluster"])
def test_what_is_no_copy_of_the_database_is_never_read(pair, cluster, start_server, other):
    if other == "another database of the standby":
        execute(pair.url(pair.primary), "CREATE DATABASE other TEMPLATE template0")
        wait_until(pair.has_caught_up, "the standby to have caught up")
    url = {"the primary": pair.url(pair.primary), "another cluster": make_database(cluster),
           "another database of the standby": pair.url(pair.standby).replace(pair.name, "other")}[other]
    server = start_server(pair.url(pair.primary), database_replica_url=url)
    wait_until(lambda: "replica: not used" in server.log, "the log", 15)
    assert len(server.get("/api/users/", token=mint()).json()) == USERS
    assert "replica: used" not in server.log
    check = run_command("check", url=pair.url(pair.primary), database_replica_url=url)
    assert re.search(r"^warn  replica: ", check.stdout, re.M), check.stdout


def test_check_says_that_the_standby_can_be_used_or_why_not(pair):
    url = pair.url(pair.primary)
    assert "replica" not in run_command("check", url=url).stdout
    good = run_command("check", url=url, database_replica_url=pair.url(pair.standby))
    assert re.search(r"^ok +replica: a standby of this database", good.stdout, re.M), good.stdout
    away = run_command("check", url=url, database_replica_url="postgresql://nobody:geheim@127.0.0.1:1/nothing")
    assert re.search(r"^warn  replica: ", away.stdout, re.M) and "geheim" not in away.stdout
    assert away.returncode == good.returncode
