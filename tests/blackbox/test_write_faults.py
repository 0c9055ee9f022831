"""The connection to PostgreSQL breaks between any two messages of a write: 2xx means committed, anything else unchanged."""
import pytest

from support import totp
from support.data import make_database
from support.postgres import PrivateCluster, connect, execute, wait_until
from support.server import Server, run_command
from support.tokens import claims_of, mint
from support.wire import SYNC, MessageProxy

TABLES = ["auth_user", "token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken", "watchdxg_session",
          "watchdxg_session_token", "watchdxg_session_cutoff", "watchdxg_login_address", "watchdxg_totp",
          "watchdxg_recovery_code", "classification", "actions", "watchdxg_idempotency_key"]
MOST_MESSAGES = 40
PASSWORD = "watchdxg"


class World:
    """A server that reaches its database through the proxy, and one that goes around it, to prepare things."""

    def __init__(self):
        self.cluster = PrivateCluster(tcp=True).start()
        self.direct = make_database(self.cluster)
        self.proxy = MessageProxy(self.cluster.port)
        name = self.direct.split("/")[-1].split("?")[0]
        self.server = Server(f"postgresql://{self.cluster.user}@127.0.0.1:{self.proxy.port}/{name}"
                             "?sslmode=disable&gssencmode=disable", database_connections=1,
                             database_write_connections=0, revoke_on_reuse="on")
        self.helper = Server(self.direct)
        self.helper.login()  # the kit's hash is replaced now, not during a test
        self.observer = connect(self.direct)

    def close(self):
        self.observer.close()
        self.proxy.stop()
        self.helper.stop()
        self.server.stop()
        self.cluster.remove()

    def query(self, sql):
        with self.observer.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def rows(self):
        """Everything that a write may change, with the journal entries that belong to it."""
        rows = {table: sorted(map(str, self.query(f"SELECT * FROM {table}"))) for table in TABLES}
        rows["changes"] = self.query("SELECT event, request_id, message FROM watchdxg_log WHERE event IN "
                                     "('session_ended', 'password_changed', 'classification_changed', "
                                     "'classification_deleted', 'action_added', 'action_changed', 'action_deleted') "
                                     "AND request_id IS NOT NULL ORDER BY id")
        return rows

    def is_busy(self):
        return self.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                          "AND pid <> pg_backend_pid() AND state <> 'idle'")


@pytest.fixture(scope="module")
def world():
    world = World()
    yield world
    world.close()


class Write:
    """One kind of write: the statement that it begins with, what it needs, how it is asked for."""
    success = (200, 204)
    entries = None  # that a success leaves in the log; None: at most one

    def __init__(self, world):
        self.world = world
        self.prepare()

    def prepare(self):
        """A session of its own."""
        self.tokens = self.world.helper.login().json()


class LogIn(Write):
    statement = "share_operator"

    def prepare(self):
        pass

    def ask(self):
        return self.world.server.login()


class LogInWithAFactor(Write):
    statement = "share_operator"

    def prepare(self):
        run_command("totp", "enable", "--username", "watchdxg", url=self.world.direct)
        (self.secret,), = self.world.query("SELECT secret FROM watchdxg_totp")

    def ask(self):
        return self.world.server.post("/api/token/", {"username": "watchdxg", "password": PASSWORD,
                                                      "otp": totp.code(self.secret)})

    def clean(self):
        run_command("totp", "disable", "--username", "watchdxg", url=self.world.direct)


class Refresh(Write):
    statement = "share_operator"

    def ask(self):
        return self.world.server.refresh(self.tokens["refresh"])


class RefreshOfTheOriginals(Refresh):
    def prepare(self):
        self.tokens = {"refresh": mint("refresh")}


class LogOut(Write):
    statement = "log_out"

    def ask(self):
        return self.world.server.post("/api/token/blacklist/", {"refresh": self.tokens["refresh"]})


class EndASession(Write):
    statement = "lock_operator"

    def prepare(self):
        super().prepare()
        self.jti = claims_of(self.tokens["refresh"])["jti"]

    def ask(self):
        return self.world.server.request("DELETE", f"/api/sessions/{self.jti}/", mint())


class EndTheOthers(Write):
    statement = "lock_operator"

    def ask(self):
        return self.world.server.request("DELETE", "/api/sessions/", self.tokens["access"])


class EndByReuse(Write):
    """A stolen token is used: the answer is 401 whatever happens, and then the session has ended."""
    statement = "lock_operator"
    success = (401,)

    def prepare(self):
        super().prepare()
        assert self.world.helper.refresh(self.tokens["refresh"]).status_code == 200

    def ask(self):
        return self.world.server.refresh(self.tokens["refresh"])


class ChangeThePassword(Write):
    statement = "lock_operator"

    def prepare(self):
        pass

    def ask(self):
        return self.world.server.post("/api/me/password/", {"current_password": PASSWORD,
                                                            "new_password": "correct-horse-battery"}, mint())

    def clean(self):
        run_command("changepassword", "--username", "watchdxg", "--password-stdin", "--no-validate",
                    url=self.world.direct, stdin=PASSWORD)
        execute(self.world.direct, "DELETE FROM watchdxg_session_cutoff")  # the tests' tokens are a few seconds old


class Edit(Write):
    """A write of the core's tables."""
    statement, success, entries = "lock_changes", (200, 201, 204), 1
    row, method, path, body, key = "", "POST", None, None, None

    def prepare(self):
        execute(self.world.direct, "DELETE FROM classification; DELETE FROM actions; "
                                   "DELETE FROM watchdxg_idempotency_key;" + self.row)

    def ask(self):
        return self.world.server.request(self.method, self.path, mint(), json=self.body,
                                         headers={"Idempotency-Key": self.key} if self.key else {})


class GiveAVerdict(Edit):
    method, path, body = "PUT", "/api/users/1/classification/", {"harmful": True, "inactive": False}


class ChangeAVerdict(Edit):
    row = "INSERT INTO classification (user_id, harmful) VALUES (1, false);"
    method, path, body = "PATCH", "/api/users/1/classification/", {"harmful": True}


class WithdrawAVerdict(ChangeAVerdict):
    method, body = "DELETE", None


class GiveManyVerdicts(ChangeAVerdict):
    method, path, body, entries = "POST", "/api/classifications/", {"user_ids": [1, 2], "harmful": True}, 2


class AddAnAction(Edit):
    path, body = "/api/actions/", {"user_id": 1, "action_type": "block"}


class AddManyActionsWithAKey(Edit):
    path, body, entries, key = "/api/actions/", {"user_ids": [1, 2], "action_type": "block"}, 2, "fault"


class ChangeAnAction(Edit):
    row = "INSERT INTO actions (id, user_id, action_type) VALUES (77, 1, 'block');"
    method, path, body = "PATCH", "/api/actions/77/", {"notes": "why"}


class DeleteAnAction(ChangeAnAction):
    method, body = "DELETE", None


WRITES = [LogIn, LogInWithAFactor, Refresh, RefreshOfTheOriginals, LogOut, EndASession, EndTheOthers,
          EndByReuse, ChangeThePassword, GiveAVerdict, ChangeAVerdict, WithdrawAVerdict, GiveManyVerdicts, AddAnAction,
          AddManyActionsWithAKey, ChangeAnAction, DeleteAnAction]


def break_at(world, kind, number):
    """@return (answer, rows before, rows after, the last message that PostgreSQL got or None)"""
    write = kind(world)
    before = world.rows()
    world.proxy.arm(kind.statement, number)
    answer = write.ask()
    world.proxy.disarm()
    cut = world.proxy.cut_after
    # PostgreSQL notices that the client is gone when it reads on; what it has by then it finishes.
    wait_until(lambda: not world.is_busy(), "PostgreSQL to be done")
    after = world.rows()
    world.server.wait_until_ready()
    if hasattr(write, "clean"):
        write.clean()
    return answer, before, after, cut


@pytest.mark.parametrize("kind", WRITES, ids=lambda kind: kind.__name__)
def test_a_break_between_any_two_messages_leaves_all_or_nothing(world, kind):
    broken = 0
    for number in range(MOST_MESSAGES):
        answer, before, after, cut = break_at(world, kind, number)
        changed = before != after
        if cut is None:
            assert answer.status_code in kind.success, answer.text
            assert changed
            break
        broken += 1
        where = f"after {number} messages, the last was {cut}"
        if cut == SYNC:  # it is committed, and its answer was lost: that is looked up
            assert answer.status_code in kind.success, f"{where}: {answer.text}"
        if answer.status_code in kind.success:
            assert changed, where
            entries = len(after["changes"]) - len(before["changes"])
            assert entries <= 1 if kind.entries is None else entries == kind.entries, f"{where}: {entries} entries"
        else:
            assert answer.status_code == 503 and "Retry-After" in answer.headers, f"{where}: {answer.text}"
            assert not changed, where
    else:
        pytest.fail(f"still broken after {MOST_MESSAGES} messages")
    assert broken >= 4, "the write was hardly disturbed"
