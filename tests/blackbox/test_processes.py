"""Two and four processes on one database, through PgBouncer and behind nginx as docs/deployment.md has them: a client
sees one server.  What two processes promise each other without anything in between is tested where the promise is."""
import threading
from itertools import count

import pytest

from support.data import make_database
from support.documented import Documented
from support.events import EventReader, last_id
from support.pgbouncer import PgBouncer
from support.postgres import execute, wait_until
from support.server import Server
from support.signals import up_to_date
from support.tokens import mint

from blackbox import test_alerts as alerts
from blackbox import test_planned_actions as plans
from blackbox.test_alerts import certificate, receiver  # noqa: F401
from blackbox.test_edits import at_once
from blackbox.test_events import wait_for_first_look
from blackbox.test_history import taken
from blackbox.test_kept_signals import fill
from blackbox.test_sessions import Session
from blackbox.test_tokens_concurrency import assert_exactly_one_won, record, refresh_at_once

ACTIONS = "/api/actions/"
LOOKUP = "/api/accounts/synka777/"
CLIENTS = 32
USERS = 6000


class Processes:
    """So many servers on one new database, PgBouncer before it and nginx before them, until `stop`.

    @param prepare  called with the database's URL before the first of them starts
    @param head_start  called with the first one before the others start; None: all start at once
    """

    def __init__(self, cluster, number, prepare=None, head_start=None, **settings):
        self.url = make_database(cluster)
        if prepare:
            prepare(self.url)
        self.pooler = PgBouncer(cluster, self.url)
        self._settings = {"prepared_statements": "off", "database_direct_url": self.url, "watch_interval": 1,
                          "history_interval": 1, **Documented.settings, **settings}
        self.servers, self.nginx = [], None
        try:
            if head_start:
                self.servers.append(self._start())
                self._wait_for(self.servers)
                head_start(self.servers[0])
            self.servers += [self._start() for _ in range(number - len(self.servers))]
            self._wait_for(self.servers)
            self.nginx = Documented("nginx", self.servers[0], others=self.servers[1:])
        except BaseException:
            self.stop()
            raise

    def _start(self):
        return Server(self.pooler.url, wait=None, **self._settings)

    def _wait_for(self, servers):
        for server in servers:
            server.wait_until_listening()
            server.wait_until_ready()

    @property
    def doors(self):
        """Each process, and nginx."""
        return [*self.servers, self.nginx]

    def all_have_served(self, line):
        wait_until(lambda: all(line in server.log for server in self.servers), f"{line} in each log")

    def stop(self):
        if self.nginx:
            self.nginx.stop()
        logs = []
        try:
            for server in self.servers:
                logs.append(server.log)
                server.stop() if server.running else server.discard()
        finally:
            self.pooler.stop()
        # Nothing that one of them does is in the way of another.
        assert not [line for log in logs for line in log.splitlines() if "could not be" in line or " error " in line]


@pytest.fixture(params=[2, 4], ids=["two", "four"])
def number(request):
    return request.param


@pytest.fixture
def start(cluster, number):
    """start(**options) -> Processes"""
    running = []

    def start(**options):
        running.append(Processes(cluster, number, **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def processes(start):
    return start()


# -- one winner

def test_of_refreshes_at_once_through_nginx_one_wins(processes):
    token = mint("refresh")
    record(processes.url, token)
    answers = refresh_at_once([(processes.nginx, token)] * CLIENTS)
    assert_exactly_one_won(processes.url, token, answers)
    processes.all_have_served('"POST /api/token/refresh/" ')


def test_a_session_that_ends_in_one_process_is_over_in_all(processes):
    session, other = Session(processes.servers[0]), Session(processes.servers[-1])

    def seen(who):
        return {door.get("/api/me/", who.access).status_code for door in processes.doors}

    def refreshed(who):
        return {door.post("/api/token/refresh/", {"refresh": who.refresh_token}).status_code for door in processes.doors}

    assert seen(session) == seen(other) == {200}
    assert processes.servers[-1].request("DELETE", f"/api/sessions/{session.jti}/", other.access).status_code == 204
    assert seen(session) == {401} and seen(other) == {200}
    assert refreshed(session) == {401}
    assert processes.nginx.post("/api/token/blacklist/", {"refresh": other.refresh_token}).status_code == 200
    assert refreshed(other) == {401}


def test_a_write_that_is_sent_to_all_of_them_at_once_happens_once(processes):
    def write(door):
        return door.post(ACTIONS, {"user_id": 1, "action_type": "block"}, mint(), headers={"Idempotency-Key": "once"})

    answers = at_once(*[lambda door=door: write(door) for door in processes.doors * 4])
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert execute(processes.url, "SELECT count(*) FROM actions") == [(1,)]


def test_of_undos_in_all_of_them_at_once_one_wins(processes):
    for _ in range(3):
        edit = processes.nginx.post("/api/classifications/", {"user_ids": [1, 2], "harmful": True}, mint()).headers["X-Edit-ID"]
        answers = at_once(*[lambda door=door: door.post(f"/api/edits/{edit}/undo/", token=mint())
                            for door in processes.doors * 2])
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * (len(answers) - 1)
        assert len({answer.json()["edit_id"] for answer in answers}) == 1
        assert execute(processes.url, "SELECT count(*) FROM classification") == [(0,)]


def test_claims_in_all_of_them_at_once_share_nothing_and_keep_the_cap(start):
    processes = start(prepare=lambda url: execute(url, plans.EMPTY), ACTION_DAILY_CAP=str(plans.CAP))
    apis = [plans.Api(door, processes.url) for door in processes.doors]
    apis[0].plan(range(1, 61))
    rows = sum(at_once(*[lambda api=api: api.claim(3, "w") for api in apis * 4]), [])
    assert len(rows) == len({row["id"] for row in rows}) == 2 * plans.CAP  # two accounts
    row = rows[0]
    answers = at_once(*[lambda api=api: api.result(row) for api in apis])
    assert len({str(answer) for answer in answers}) == 1
    assert apis[0].sql("SELECT count(*) FROM actions") == [(1,)]


# -- events

def test_every_stream_tells_of_every_change_once_and_in_order(processes):
    """Of the API's writes through each process and through nginx, and of the core's, which every process watches."""
    wait_for_first_look(processes.url)
    readers = [EventReader(door) for door in processes.doors]
    first = last_id(processes.url)
    assert {reader.newest for reader in readers} == {first}

    def write(door):
        return [door.post(ACTIONS, {"user_id": 1, "action_type": "block"}, mint()).json()["id"] for _ in range(5)]

    written = sum(at_once(*[lambda door=door: write(door) for door in processes.doors]), [])
    heard = [[reader.next() for _ in written] for reader in readers]
    for turn in range(3):
        execute(processes.url, f"UPDATE accounts SET handle = 'x{turn}' WHERE id = 1")
        for events, reader in zip(heard, readers):
            events.append(reader.next())
    assert all(events == heard[0] for events in heard)
    newest = last_id(processes.url)
    assert [event.id for event in heard[0]] == list(range(first + 1, newest + 1))
    assert sorted(id for event in heard[0] for id in event.data["ids"] or []) == sorted(written)
    assert [event.data["table"] for event in heard[0]] == ["actions"] * len(written) + ["accounts"] * 3
    for reader in readers:
        reader.close()


# -- jobs

def test_what_happens_is_told_once_and_delivered_once(start, receiver, certificate):  # noqa: F811
    processes = start(prepare=lambda url: execute(url, alerts.EMPTY), **alerts.settings(receiver, certificate))
    url = processes.url
    wait_until(lambda: execute(url, "SELECT log_id FROM watchdxg_alert_state")[0][0] is not None, "a first look")
    for n in range(12):
        execute(url, "INSERT INTO watchdxg_log (time, level, event, operator, address, message)"
                     f" VALUES (now(), 'warning', 'refresh_reuse', 'operator {n}', '192.0.2.1', 'x')")
    wait_until(lambda: execute(url, "SELECT count(*) FROM watchdxg_alert_delivery WHERE delivered_at IS NOT NULL")[0][0] >= 12,
               "twelve deliveries", 60)
    alerts.looked_again(url)
    assert len(alerts.alerts(processes.nginx)) == 12
    assert len(receiver.got) == 12 and len({body["id"] for body in receiver.bodies}) == 12


WATCH_THE_FIRST_PASS = """
    CREATE TABLE proposed (user_id bigint, holder text);
    CREATE FUNCTION propose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO proposed SELECT NEW.user_id, holder FROM watchdxg_signal_state WHERE horizon IS NULL;
        RETURN NEW;
    END $$;
    CREATE TRIGGER propose BEFORE INSERT ON watchdxg_signal FOR EACH ROW EXECUTE FUNCTION propose();"""


def test_the_first_pass_over_all_users_is_made_by_one_of_them(start):
    def prepare(url):
        fill(url, USERS, USERS)
        execute(url, WATCH_THE_FIRST_PASS)

    processes = start(prepare=prepare)
    for server in processes.servers:
        up_to_date(server)
    (users,), = execute(processes.url, "SELECT count(*) FROM users")
    told = "SELECT count(*), count(DISTINCT user_id), count(DISTINCT holder) FROM proposed"
    assert execute(processes.url, told) == [(users, users, 1)]
    wait_until(lambda: taken(processes.url), "a snapshot")
    days = [server.get(f"{LOOKUP}history/", mint()).json() for server in processes.servers]
    assert len(days[0]) == 1 and all(each == days[0] for each in days)


# -- the end of one

def test_when_one_is_killed_under_load_the_others_answer_and_take_over_its_jobs(start):
    def has_the_turns(server):
        wait_until(lambda: execute(server.url, "SELECT 1 FROM watchdxg_alert_state AS a, watchdxg_signal_state AS s"
                                               " WHERE a.log_id IS NOT NULL AND s.holder IS NOT NULL"), "its turns", 60, 0.005)

    processes = start(prepare=lambda url: fill(url, USERS, USERS), head_start=has_the_turns, **alerts.settings())
    url, nginx = processes.url, processes.nginx
    holders = "SELECT s.holder, a.holder FROM watchdxg_signal_state AS s, watchdxg_alert_state AS a"
    (signals_before, alerts_before), = execute(url, holders)
    assert signals_before, "the first pass is over too early"
    over, statuses, written, faults = threading.Event(), [], [], []

    def read():
        while not over.is_set():
            statuses.append(nginx.get(LOOKUP, mint()).status_code)

    def write(name):
        for n in count():
            if over.is_set():
                break
            # A write that was cut off is sent again.
            while (answer := nginx.post(ACTIONS, {"user_id": 1, "action_type": "block"}, mint(),
                                        headers={"Idempotency-Key": f"{name}-{n}"})).status_code == 502:
                pass
            if answer.status_code != 201:
                faults.append(answer.text)
            written.append(answer.json()["id"])

    threads = [threading.Thread(target=read) for _ in range(3)]
    threads += [threading.Thread(target=write, args=(f"w{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(statuses) > 30 and len(written) > 10, "some load", 60)
        processes.servers[0].kill()
        seen = len(statuses), len(written)
        # The turn at the signals would end in 20 s; nobody wants to wait for it here.
        execute(url, "UPDATE watchdxg_signal_state SET held_until = now()")
        wait_until(lambda: len(statuses) > seen[0] + 60 and len(written) > seen[1] + 20, "more load", 60)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200} and not faults
    assert len(set(written)) == len(written) and execute(url, "SELECT count(*) FROM actions") == [(len(written),)]
    # Its jobs.
    for server in processes.servers[1:]:
        up_to_date(server)
    assert execute(url, "SELECT count(*) FROM watchdxg_signal") == execute(url, "SELECT count(*) FROM users")
    execute(url, "INSERT INTO watchdxg_log (time, level, event, operator, address, message)"
                 " VALUES (now(), 'warning', 'refresh_reuse', 'somebody', '192.0.2.1', 'x')")
    alerts.wait_for(nginx, "refresh_reuse")
    assert execute(url, holders)[0][1] != alerts_before


# -- throttles

def test_each_process_counts_for_itself_and_nginx_for_all_of_them(start):
    processes = start(throttle_refresh="3/min")
    for server in processes.servers:
        assert [server.refresh("x").status_code for _ in range(4)] == [401, 401, 401, 429]
    statuses = []
    while 429 not in statuses and len(statuses) < 100:
        statuses.append(processes.nginx.post("/api/token/", {}).status_code)
    assert statuses.count(400) >= 10 and statuses[-1] == 429
    assert processes.nginx.get("/api/token/").status_code == 405
    processes.all_have_served('"POST /api/token/" 400')
