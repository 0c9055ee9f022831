"""A standby that hangs, cancels statements or is ahead of a new primary: nobody who reads notices."""
import os
import signal
import threading
from contextlib import contextmanager

import pytest

from blackbox.test_replica import ACCOUNT, LISTS, REPORTS, Load, Reader, judge, own_pair, pair, users_of_the_account  # noqa: F401
from support.postgres import connect, execute, wait_until
from support.standby import standby_of
from support.tokens import mint

ENDURABLE = 10   # seconds; a standby may be one behind
ALL_REPORTS = REPORTS + [
    f"{ACCOUNT}/{name}" for name in ("calibration/", "changes/?since=2020-01-01", "data-quality/", "history/",
                                     "triage/summary/", "stats/?corrected=1", "triage/?limit=3&offset=3")
] + ["/api/users/1/report/?format=json", "/api/posts/?search=a&limit=5", "/api/users/?ordering=-risk&limit=5&offset=20",
     "/api/users/?search=a&page_size=5"]


@contextmanager
def hanging(pair):
    """The standby keeps its connections and says nothing on those that the server has."""
    backends = [pid for pid, in pair.on_standby("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                                                " AND pid <> pg_backend_pid()")]
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)


def test_no_report_has_a_statement_that_a_standby_refuses(pair, start_server):
    reader = Reader(start_server, pair)
    for path in ALL_REPORTS:
        before = reader.reads()
        answer = reader.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        standby, primary = (now - then for now, then in zip(reader.reads(), before))
        assert standby > 0 and primary == 0, f"{path} was read from the standby {standby} times, the primary {primary}"
    ids = users_of_the_account(pair)[:3]
    before = reader.reads()
    answer = reader.server.post("/api/reports/?format=json", {"user_ids": ids}, mint())
    assert answer.status_code == 200 and reader.reads()[1] == before[1]


def test_a_server_whose_standby_hangs_stops_within_its_time(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair, shutdown_timeout="1")
    with hanging(pair):
        asking = threading.Thread(target=lambda: pytest.raises(Exception, reader.get, REPORTS[0], timeout=60))
        asking.start()
        wait_until(lambda: reader.server.connections() >= 1, "the request")
        reader.server.stop()
        asking.join(5)
        assert not asking.is_alive()


@pytest.mark.parametrize("path", [REPORTS[0], LISTS[0]])
def test_a_standby_that_hangs_holds_nobody_up(own_pair, start_server, path):
    pair = own_pair()
    reader = Reader(start_server, pair)
    assert reader.get(path).status_code == 200  # over connections that are kept
    with hanging(pair):
        assert reader.get(path, timeout=ENDURABLE).status_code == 200
    reader.wait_until_used()


def test_what_is_cancelled_on_the_standby_is_read_from_the_primary(own_pair, start_server):
    pair = own_pair()
    reader = Reader(start_server, pair)
    stopping, hits = threading.Event(), []

    def cancel():
        cursor = connect(pair.url(pair.standby)).cursor()
        while not stopping.is_set():
            cursor.execute("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE state = 'active'"
                           " AND backend_type = 'client backend' AND pid <> pg_backend_pid()")
            hits.append(cursor.fetchone()[0])

    cancelling = threading.Thread(target=cancel)
    with Load(reader.server, [REPORTS[0], REPORTS[1], LISTS[0]]) as load:
        load.go_on()
        cancelling.start()
        try:
            wait_until(lambda: sum(hits) > 5, "statements to be cancelled")
            load.go_on()
        finally:
            stopping.set()
            cancelling.join()
    assert not load.failures


def test_after_a_failover_a_standby_that_is_ahead_of_the_new_primary_is_not_read(own_pair, start_server):
    pair = own_pair()
    other = standby_of(pair.primary)
    try:
        url = pair.url(pair.primary)
        reader = Reader(start_server, pair, next_primary=[other], options="?target_session_attrs=read-write")
        user = users_of_the_account(pair)[0]
        judge(reader.server, user, harmful=False)
        (at,), = execute(url, "SELECT pg_current_wal_lsn()")
        wait_until(lambda: execute(other.url("postgres"), "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (at,))[0][0],
                   "the next primary to have caught up")
        execute(other.url("postgres"), "ALTER SYSTEM SET primary_conninfo = ''")
        execute(other.url("postgres"), "SELECT pg_reload_conf()")
        wait_until(lambda: execute(pair.primary.url("postgres"), "SELECT count(*) FROM pg_stat_replication") == [(1,)],
                   "the next primary to be cut off")
        execute(url, "CREATE TABLE ahead AS SELECT repeat('x', 100) FROM generate_series(1, 100000)")
        wait_until(pair.has_caught_up, "the standby to be ahead")
        pair.primary.kill()
        assert execute(other.url("postgres"), "SELECT pg_promote()") == [(True,)]
        reader.server.wait_until_ready()
        for _ in range(5):
            judge(reader.server, user, harmful=False)
            harmful = reader.harmful()
            judge(reader.server, user)
            assert reader.harmful() == harmful + 1
    finally:
        other.remove()
