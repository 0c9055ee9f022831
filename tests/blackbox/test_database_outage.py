"""PostgreSQL goes away and comes back under load: nothing that was answered 2xx is lost, and nobody is logged out."""
import threading
import time
from collections import Counter
from contextlib import closing

import pytest
import requests

from support.data import apply_state, make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.proxy import TcpProxy
from support.raw import RawConnection, request
from support.server import run_command
from support.tokens import claims_of, mint

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def own_cluster():
    """A cluster to be stopped and killed, which keeps what it committed."""
    cluster = PrivateCluster(durable=True).start()
    yield cluster
    cluster.remove()


@pytest.fixture
def own_database(own_cluster):
    return make_database(own_cluster)


class Client(threading.Thread):
    """Asks again and again on one connection until told to stop, and counts the answers."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.base = f"http://127.0.0.1:{server.port}"
        self.statuses = Counter()
        self.errors = []
        self.bodies_of_503 = set()
        self.stopped = threading.Event()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Host"] = "localhost"

    def run(self):
        while not self.stopped.is_set():
            try:
                answer = self.ask()
            except requests.RequestException as error:
                self.errors.append(repr(error))
                return
            self.statuses[answer.status_code] += 1
            if answer.status_code == 503:
                self.bodies_of_503.add((answer.text, answer.headers.get("Retry-After")))
                self.stopped.wait(0.01)
            else:
                self.heard(answer)

    def heard(self, answer):
        """What the answer means for this client."""


class Reader(Client):
    def __init__(self, server):
        super().__init__(server)
        self.session.headers["Authorization"] = "Bearer " + mint()

    def ask(self):
        return self.session.get(self.base + "/api/users/?account_id=1", timeout=60)

    def heard(self, answer):
        if answer.status_code == 200 and len(answer.json()) != 3:
            self.errors.append("a list that is not whole: " + answer.text)


class Login(Client):
    def __init__(self, server):
        super().__init__(server)
        self.issued = []

    def ask(self):
        return self.session.post(self.base + "/api/token/", json={"username": "watchdxg", "password": "watchdxg"},
                                 timeout=60)

    def heard(self, answer):
        if answer.status_code == 200:
            self.issued.append(answer.json()["refresh"])


class Rotation(Client):
    """One front end: it has one refresh token, and sends it again after a 503."""

    def __init__(self, server):
        super().__init__(server)
        self.token = mint("refresh")
        self.spent, self.issued = [], []

    def ask(self):
        return self.session.post(self.base + "/api/token/refresh/", json={"refresh": self.token}, timeout=60)

    def heard(self, answer):
        if answer.status_code == 200:
            self.spent.append(self.token)
            self.token = answer.json()["refresh"]
            self.issued.append(self.token)
        else:
            self.errors.append(f"logged out: {answer.status_code} {answer.text}")
            self.stopped.set()


class Load:
    """Readers, rotations and one login at work on a server."""

    def __init__(self, server, readers=3, rotations=4, logins=1):
        self.readers = [Reader(server) for _ in range(readers)]
        self.rotations = [Rotation(server) for _ in range(rotations)]
        self.logins = [Login(server) for _ in range(logins)]
        self.clients = self.readers + self.rotations + self.logins

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for client in self.clients:
            client.stopped.set()
        for client in self.clients:
            client.join(90)
            client.session.close()

    def wait_for(self, status, times, clients=None):
        """Waits until each of these clients (readers and rotations) has got `status` that many times more."""
        clients = self.readers + self.rotations if clients is None else clients
        before = [client.statuses[status] for client in clients]
        wait_until(lambda: self.errors() or all(client.statuses[status] >= had + times
                                                for client, had in zip(clients, before)),
                   f"{times} answers {status}: {[dict(client.statuses) for client in clients]}", 60)

    def errors(self):
        return [error for client in self.clients for error in client.errors]

    def assert_only(self, *statuses):
        assert not self.errors(), self.errors()
        heard = set().union(*(client.statuses for client in self.clients))
        assert heard <= set(statuses), [dict(client.statuses) for client in self.clients]
        for body, retry in set().union(*(client.bodies_of_503 for client in self.clients)):
            assert '"detail"' in body and retry is not None and int(retry) > 0, (body, retry)

    def assert_rows(self, url, exact=True):
        """Every token that was answered with 200 is stored, every used one is blacklisted; with `exact`, nothing else is."""
        stored = {jti: blocked for jti, blocked in execute(
            url, "SELECT o.jti, b.id IS NOT NULL FROM token_blacklist_outstandingtoken o "
                 "LEFT JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id")}
        issued = jtis(token for client in self.rotations + self.logins for token in client.issued)
        spent = jtis(token for client in self.rotations for token in client.spent)
        assert issued <= set(stored), "answered, but not stored"
        assert all(stored[jti] for jti in spent), "answered as rotated, but not blacklisted"
        held = jtis(client.token for client in self.rotations)
        if exact:
            assert not any(stored.get(jti) for jti in held), "blacklisted, but its successor was never answered"
            assert {jti for jti, blocked in stored.items() if blocked} == spent
            rotated = {jti for jti in stored if jti not in issued | spent | held}
            # A login whose 503 came after its commit leaves a token that nobody holds; a rotation must not.
            assert len(rotated) <= sum(client.statuses[503] for client in self.logins)


def jtis(tokens):
    return {claims_of(token)["jti"] for token in tokens}


def test_postgresql_killed_under_load_gives_only_503s_and_no_refresh_is_lost(own_cluster, own_database, start_server):
    server = start_server(own_database)
    with Load(server) as load:
        for _ in range(3):
            load.wait_for(200, 5)
            own_cluster.kill()
            load.wait_for(503, 2, load.readers)  # rotations may rather wait to learn what became of them
            own_cluster.start()
            load.wait_for(200, 5)
        load.wait_for(200, 1, load.logins)
    load.assert_only(200, 503)
    load.assert_rows(own_database)
    assert server.running


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_postgresql_restarted_under_load_gives_only_503s(own_cluster, own_database, start_server, mode):
    server = start_server(own_database)
    with Load(server) as load:
        for _ in range(3):
            load.wait_for(200, 5)
            own_cluster.restart(mode)
            load.wait_for(200, 5)
    load.assert_only(200, 503)
    load.assert_rows(own_database)


def test_backends_terminated_under_load_give_only_503s(own_database, start_server):
    server = start_server(own_database)
    with Load(server) as load:
        for _ in range(10):
            load.wait_for(200, 3)
            execute(own_database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                  "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        load.wait_for(200, 5)
    load.assert_only(200, 503)
    load.assert_rows(own_database)


def test_reads_go_on_over_the_connection_for_edits_while_the_others_cannot_come_back(own_cluster, own_database,
                                                                                      start_server):
    """/readyz counts that connection, so everybody who trusts /readyz depends on it."""
    server = start_server(own_database, database_connections=1, database_write_connections=0)
    token = server.login().json()["access"]
    name = own_database.split("/")[-1].split("?")[0]
    with closing(connect(own_cluster.url("postgres"))) as elsewhere, elsewhere.cursor() as cursor:
        def sessions():
            """The oldest first: that of ordinary requests was made when the server started."""
            cursor.execute("SELECT pid, query LIKE '%%request_hash%%' FROM pg_stat_activity WHERE datname = %s "
                           "AND application_name = 'watchdxg-back' ORDER BY backend_start", (name,))
            return cursor.fetchall()

        def session_of_edits():
            """The one that an edit came through just now."""
            answer = server.request("PUT", "/api/users/1/classification/", token, json={"harmful": True, "inactive": False})
            assert answer.status_code in (200, 201), answer.text
            return [pid for pid, keeps_answers in sessions() if keeps_answers]
        for_edits, = wait_until(session_of_edits, "the session of the edit")
        ordinary = sessions()[0][0]
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            cursor.execute("SELECT pg_terminate_backend(%s)", (ordinary,))
            wait_until(lambda: ordinary not in dict(sessions()), "the other to end")
            assert for_edits in dict(sessions()) and for_edits != ordinary
            wait_until(lambda: server.get("/api/users/1/", token=token).status_code == 200, "a read", 5)
            for _ in range(30):
                assert server.get("/readyz").status_code == 200
                assert server.get("/api/users/1/", token=token).status_code == 200
                time.sleep(0.02)
        finally:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_kill_9_of_the_server_loses_nothing_that_was_answered(own_database, start_server):
    for _ in range(3):
        server = start_server(own_database)
        with Load(server) as load:
            load.wait_for(200, 10)
            server.kill()
        for client in load.rotations + load.logins:
            assert not [error for error in client.errors if error.startswith("logged out")], client.errors
        load.assert_rows(own_database, exact=False)
    assert start_server(own_database).login().status_code == 200


def test_recovery_is_fast_once_postgresql_is_back(own_cluster, own_database, start_server):
    server = start_server(own_database)
    own_cluster.stop()
    wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
    own_cluster.start()
    server.wait_until_ready(10)
    assert server.get("/api/users/", token=mint()).status_code == 200


# -- an answer of PostgreSQL that never arrives

@pytest.fixture
def proxied():
    """(proxy, url through the proxy, url around it) of a database of its own."""
    cluster = PrivateCluster(tcp=True, durable=True).start()
    direct = make_database(cluster)
    proxy = TcpProxy(cluster.port)
    yield proxy, f"postgresql://{cluster.user}@127.0.0.1:{proxy.port}/{direct.split('/')[-1].split('?')[0]}", direct
    proxy.stop()
    cluster.remove()


def lose_the_answer_of_a_rotation(proxy, server, direct, token):
    """The rotation is committed, and the connection breaks before its answer.  @return (thread, list for the answer)"""
    answers = []
    proxy.mute()
    thread = threading.Thread(target=lambda: answers.append(server.refresh(token, timeout=120)))
    thread.start()
    wait_until(lambda: execute(direct, "SELECT 1 FROM token_blacklist_blacklistedtoken"), "the rotation's commit")
    proxy.cut()
    return thread, answers


def assert_chain_goes_on(server, direct, answer):
    assert answer.status_code == 200, answer.text
    successor = answer.json()["refresh"]
    stored = [jti for jti, in execute(direct, "SELECT jti FROM token_blacklist_outstandingtoken")]
    assert claims_of(successor)["jti"] in stored and len(stored) == 2
    assert server.refresh(successor).status_code == 200


def test_a_rotation_whose_answer_is_lost_is_answered_with_what_was_stored(proxied, start_server):
    proxy, url, direct = proxied
    server = start_server(url)
    thread, answers = lose_the_answer_of_a_rotation(proxy, server, direct, mint("refresh"))
    proxy.restore()
    thread.join()
    assert_chain_goes_on(server, direct, answers[0])


def test_a_rotation_whose_answer_is_lost_for_long_is_not_a_logout(proxied, start_server):
    """The client gets a 503, sends the same token again when the database is back, and goes on."""
    proxy, url, direct = proxied
    server = start_server(url)
    token = mint("refresh")
    thread, answers = lose_the_answer_of_a_rotation(proxy, server, direct, token)
    thread.join()
    assert answers[0].status_code == 503
    proxy.restore()
    server.wait_until_ready()
    assert_chain_goes_on(server, direct, server.refresh(token))


def test_a_token_of_a_lost_rotation_is_spent_all_the_same(proxied, start_server):
    """Only the retry is forgiven: once its successor has been used, the old token is blacklisted for good."""
    proxy, url, direct = proxied
    server = start_server(url)
    token = mint("refresh")
    thread, answers = lose_the_answer_of_a_rotation(proxy, server, direct, token)
    proxy.restore()
    thread.join()
    assert server.refresh(answers[0].json()["refresh"]).status_code == 200
    assert server.refresh(token).status_code == 401


# -- starting without a database

def assert_away(answer):
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0 and list(answer.json()) == ["detail"]


def test_without_a_database_it_starts_and_says_503(start_server):
    server = start_server(AWAY, wait="live")
    assert server.get("/healthz").status_code == 200
    assert server.get("/readyz").status_code == 503
    token = mint()
    origin = {"Origin": "http://localhost:4200"}
    for answer in (server.get("/api/users/", token=token, headers=origin), server.login(headers=origin),
                   server.get("/api/accounts/synka777/", token=token, headers=origin),
                   server.refresh(mint("refresh"), headers=origin)):
        assert_away(answer)
        assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]


def test_without_a_database_what_needs_none_is_answered_as_ever(start_server):
    server = start_server(AWAY, wait="live")
    assert server.get("/api/nothing/").status_code == 404
    assert server.get("/api/users").status_code == 301
    assert server.get("/api/users/", headers={"Host": "example.com"}).status_code == 400
    preflight = {"Origin": "http://localhost:4200", "Access-Control-Request-Method": "GET"}
    assert server.request("OPTIONS", "/api/users/", headers=preflight).status_code == 200


def test_without_credentials_nobody_hears_about_the_database(own_cluster, own_database, start_server):
    """401 comes before the data: once the server has seen its database, also while that is away."""
    server = start_server(own_database)
    own_cluster.stop()
    wait_until(lambda: server.get("/readyz").status_code == 503, "/readyz to notice")
    for token in (None, "nonsense", mint(expires_in=-60), mint(secret="x" * 40)):
        assert server.get("/api/users/", token=token).status_code == 401
    assert server.post("/api/token/", {}).status_code == 400
    assert server.refresh("nonsense").status_code == 401


def test_a_database_that_comes_later_is_found_without_a_restart(own_cluster, own_database, start_server):
    own_cluster.stop()
    server = start_server(own_database, wait="live")
    assert_away(server.get("/api/users/", token=mint()))
    own_cluster.start()
    server.wait_until_ready(10)
    assert len(server.get("/api/users/", token=mint()).json()) == 10


def test_a_pending_migration_ends_the_server_with_a_clear_line(cluster, start_server):
    url = cluster.create_database("v3")
    server = start_server(url, wait=None)
    assert server.wait() not in (0, None)
    assert "migrate" in server.log


def test_a_pending_migration_found_later_ends_the_server_too(own_cluster, start_server):
    url = own_cluster.create_database("v3")
    own_cluster.stop()
    server = start_server(url, wait="live")
    own_cluster.start()
    assert server.wait() not in (0, None)
    assert "migrate" in server.log


def test_with_migrate_a_database_that_comes_later_is_migrated(own_cluster, start_server):
    url = own_cluster.create_database("v3")
    own_cluster.stop()
    server = start_server(url, "--migrate", wait="live")
    own_cluster.start()
    server.wait_until_ready()
    assert run_command("migrate", "--check", url=url).returncode == 0
    apply_state(url)
    assert server.login().status_code == 200


def test_servers_that_start_together_migrate_once(cluster, start_server):
    url = cluster.create_database("v3")
    servers = [start_server(url, "--migrate", wait="live") for _ in range(4)]
    for server in servers:
        server.wait_until_ready()


# -- a database that is slow

def test_a_statement_that_takes_too_long_is_answered_503(fresh_database, start_server):
    server = start_server(fresh_database, statement_timeout=1)
    holder = connect(fresh_database, autocommit=False)
    holder.cursor().execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    assert_away(server.get("/api/users/?account_id=1", token=mint()))
    assert server.get("/api/accounts/synka777/", token=mint()).status_code == 200
    holder.close()
    assert server.get("/api/users/?account_id=1", token=mint()).status_code == 200


def test_a_query_of_a_client_that_left_is_cancelled_or_dropped(fresh_database, start_server):
    """Clients that ask and leave do not take the database away from those who stay."""
    server = start_server(fresh_database, statement_timeout=2)
    holder = connect(fresh_database, autocommit=False)
    holder.cursor().execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    for _ in range(50):
        RawConnection(server.port).send(request("/api/users/?account_id=1", token=mint())).reset()
    holder.close()
    answers = [server.get("/api/users/?account_id=1", token=mint()) for _ in range(20)]
    assert [answer.status_code for answer in answers] == [200] * 20
    assert {len(answer.json()) for answer in answers} == {3}
