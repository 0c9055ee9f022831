"""PgBouncer 1.18, Debian's, lent its connection to another client when a batch was answered, also in the middle of the next
one that had been sent behind it: PostgreSQL then read pieces of two clients as one ("invalid frontend message type"), or waited
for the rest for ever, with the lock of all writes in its hands.  Nothing may follow a batch that has not been answered."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.data import make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.proxy import TcpProxy
from support.tokens import mint

REQUESTS = 24
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'auth_user'::regclass"


class Listening(TcpProxy):
    """`batches` counts what ends with a Sync, `early` the messages of a client whose last one is not answered yet."""

    def __init__(self, target):
        super().__init__(target)
        self.batches = self.early = 0
        self._unanswered = {}

    def _pump(self, source, sink, from_server):
        client, text = (sink if from_server else source), b""
        kind_bytes = 1 if from_server else 0   # a client's first message has no kind
        while data := source.recv(65536):
            text += data
            while len(text) >= kind_bytes + 4:
                end = kind_bytes + int.from_bytes(text[kind_bytes:kind_bytes + 4], "big")
                if len(text) < end:
                    break
                self._note(client, text[:kind_bytes], from_server)
                text, kind_bytes = text[end:], 1
            sink.sendall(data)

    def _note(self, client, kind, from_server):
        unanswered = self._unanswered.get(client, 0)
        if from_server:
            self._unanswered[client] = unanswered - (kind == b"Z" and unanswered > 0)
        elif kind not in (b"", b"X"):
            self.early += unanswered > 0
            self.batches += kind == b"S"
            self._unanswered[client] = unanswered + (kind in (b"S", b"Q"))


@pytest.fixture(scope="module")
def tcp_cluster():
    cluster = PrivateCluster(tcp=True).start()
    yield cluster
    cluster.remove()


@pytest.mark.parametrize("prepared", ["off", "on"])
def test_without_prepared_statements_a_batch_waits_for_the_answer_to_the_one_before_it(tcp_cluster, start_server, prepared):
    direct = make_database(tcp_cluster)
    name = direct.rsplit("/", 1)[1].split("?")[0]
    proxy = Listening(tcp_cluster.port)
    server = start_server(f"postgresql://{tcp_cluster.user}@127.0.0.1:{proxy.port}/{name}?sslmode=disable&gssencmode=disable",
                          database_direct_url=direct, prepared_statements=prepared)
    core = connect(direct, autocommit=False)
    core.cursor().execute("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE")
    with ThreadPoolExecutor(REQUESTS) as pool:
        answers = [pool.submit(server.get, "/api/accounts/synka777/", mint()) for _ in range(REQUESTS)]
        wait_until(lambda: execute(direct, WAITING)[0][0] > 0, "a request to wait")
        wait_until(lambda: server.connections() >= REQUESTS, "all requests")
        core.rollback()
        assert [answer.result().status_code for answer in answers] == [200] * REQUESTS
    core.close()
    assert proxy.batches > REQUESTS
    assert proxy.early == 0 if prepared == "off" else proxy.early > 0
    server.stop()
    proxy.stop()
