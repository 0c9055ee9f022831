"""The connection to PostgreSQL breaks between any two messages of a write: 2xx means committed, all else nothing."""
import pytest

from support import totp
from support.data import make_database
from support.postgres import PrivateCluster, execute, wait_until
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

    def close(self):
        self.proxy.stop()
        self.helper.stop()
        self.server.stop()
        self.cluster.remove()

    def rows(self):
        """Everything that a write may change, with the entries of the log that are part of it."""
        rows = {table: sorted(map(str, execute(self.direct, f"SELECT * FROM {table}"))) for table in TABLES}
        rows["changes"] = self.changes()
        return rows

    def changes(self):
        return execute(self.direct, "SELECT event, request_id, message FROM watchdxg_log WHERE event IN "
                                    "('session_ended', 'password_changed', 'classification_changed', "
                                    "'classification_deleted', 'action_added', 'action_changed', 'action_deleted') "
                                    "AND request_id IS NOT NULL ORDER BY id")


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
        self.tokens = world.helper.login().json()


class LogIn(Write):
    statement = "share_operator"

    def ask(self):
        return self.world.server.login()


class LogInWithAFactor(Write):
    statement = "share_operator"

    def __init__(self, world):
        super().__init__(world)
        run_command("totp", "enable", "--username", "watchdxg", url=world.direct)
        (self.secret,), = execute(world.direct, "SELECT secret FROM watchdxg_totp")

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
    def __init__(self, world):
        super().__init__(world)
        self.tokens["refresh"] = mint("refresh")


class LogOut(Write):
    statement = "log_out"

    def ask(self):
        return self.world.server.post("/api/token/blacklist/", {"refresh": self.tokens["refresh"]})


class EndASession(Write):
    statement = "lock_operator"

    def __init__(self, world):
        super().__init__(world)
        self.jti = claims_of(world.helper.login().json()["refresh"])["jti"]

    def ask(self):
        return self.world.server.request("DELETE", f"/api/sessions/{self.jti}/", self.tokens["access"])


class EndTheOthers(Write):
    statement = "lock_operator"

    def ask(self):
        return self.world.server.request("DELETE", "/api/sessions/", self.tokens["access"])


class EndByReuse(Write):
    """A stolen token is shown: the answer is 401 whatever happens, and then the session is over."""
    statement = "lock_operator"
    success = (401,)

    def __init__(self, world):
        super().__init__(world)
        assert world.helper.refresh(self.tokens["refresh"]).status_code == 200

    def ask(self):
        return self.world.server.refresh(self.tokens["refresh"])


class ChangeThePassword(Write):
    statement = "lock_operator"

    def ask(self):
        return self.world.server.post("/api/me/password/", {"current_password": PASSWORD,
                                                            "new_password": "correct-horse-battery"},
                                      self.tokens["access"])

    def clean(self):
        execute(self.world.direct, "DELETE FROM watchdxg_session_cutoff")
        run_command("changepassword", "--username", "watchdxg", "--password-stdin", "--no-validate",
                    url=self.world.direct, stdin=PASSWORD)


class Edit(Write):
    """A write of the core's tables."""
    statement, success, entries = "lock_changes", (200, 201, 204), 1
    prepare, method, path, body, key = "", "POST", None, None, None

    def __init__(self, world):
        super().__init__(world)
        execute(world.direct, "DELETE FROM classification; DELETE FROM actions; DELETE FROM watchdxg_idempotency_key;"
                + self.prepare)

    def ask(self):
        return self.world.server.request(self.method, self.path, self.tokens["access"], json=self.body,
                                         headers={"Idempotency-Key": self.key} if self.key else {})


class GiveAVerdict(Edit):
    method, path, body = "PUT", "/api/users/1/classification/", {"harmful": True, "inactive": False}


class ChangeAVerdict(Edit):
    prepare = "INSERT INTO classification (user_id, harmful) VALUES (1, false);"
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
    prepare = "INSERT INTO actions (id, user_id, action_type) VALUES (77, 1, 'block');"
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
    wait_until(lambda: not execute(world.direct, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                                                 "AND pid <> pg_backend_pid() AND state <> 'idle'"),
               "PostgreSQL to be done")
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
