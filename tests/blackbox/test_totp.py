"""The second factor: once enabled, every password check asks for it, and no code works twice."""
import base64
import re
import threading
import time

import pytest

from support import totp
from support.postgres import execute
from support.server import run_command
from support.tokens import mint

REFUSED = (401, {"detail": "No active account found with the given credentials"})


class Factor:
    """What `totp enable` printed."""

    def __init__(self, output):
        self.secret = re.search(r"^Secret: ([A-Z2-7]{32})$", output, re.M).group(1)
        self.address = re.search(r"^Address: (otpauth://\S+)$", output, re.M).group(1)
        self.recovery_codes = re.findall(r"^  ([a-z2-7]{5}(?:-[a-z2-7]{5}){3})$", output, re.M)

    def code(self, steps=0):
        return totp.code(self.secret, time.time() + steps * totp.STEP)


def enable(url, username="watchdxg"):
    done = run_command("totp", "enable", "--username", username, url=url)
    assert done.returncode == 0, done.stderr
    return Factor(done.stdout), done


@pytest.fixture
def server(fresh_database, start_server):
    return start_server(fresh_database)


@pytest.fixture
def factor(server, fresh_database):
    return enable(fresh_database)[0]


def log_in(server, password="watchdxg", **more):
    answer = server.post("/api/token/", {"username": "watchdxg", "password": password, **more})
    return answer.status_code, answer.json()


def test_enable_prints_what_an_app_needs_and_warns(fresh_database):
    factor, done = enable(fresh_database)
    assert factor.address == (f"otpauth://totp/watchdxg:watchdxg?secret={factor.secret}"
                              "&issuer=watchdxg&algorithm=SHA1&digits=6&period=30")
    assert len(set(factor.recovery_codes)) == 10
    assert "watchdxg-front" in done.stderr and "original" in done.stderr and "Basic" in done.stderr
    assert len(base64.b32decode(factor.secret)) == 20


def test_a_code_is_wanted_once_it_is_enabled_and_not_before(server, fresh_database):
    assert log_in(server, otp="000000")[0] == 200, "an unknown field, as always"
    factor, _ = enable(fresh_database)
    assert log_in(server) == REFUSED
    assert log_in(server, otp=factor.code())[0] == 200


@pytest.mark.parametrize("otp", ["", "000000", "abc", None, [], {}, True, "1" * 10000, "\u0000", "\ud800", 1e300])
def test_a_wrong_code_gets_the_generic_401(server, factor, otp):
    if otp == factor.code():
        otp = "000001"
    assert log_in(server, otp=otp) == REFUSED


def test_the_right_code_with_a_wrong_password_gets_the_generic_401_and_is_not_used_up(server, factor):
    code = factor.code(1)
    assert log_in(server, password="wrong", otp=code) == REFUSED
    assert log_in(server, otp=code)[0] == 200


def test_one_code_works_once(server, factor):
    code = factor.code(1)
    assert log_in(server, otp=code)[0] == 200
    assert log_in(server, otp=code) == REFUSED


def test_an_older_code_does_not_work_after_a_newer_one(server, factor):
    older, newer = factor.code(0), factor.code(1)
    assert log_in(server, otp=newer)[0] == 200
    assert log_in(server, otp=older) == REFUSED


def test_of_many_at_once_with_one_code_one_gets_in(fresh_database, start_server):
    servers = [start_server(fresh_database, hash_threads=2) for _ in range(2)]
    factor, _ = enable(fresh_database)
    code, statuses = factor.code(1), []
    threads = [threading.Thread(target=lambda n=n: statuses.append(log_in(servers[n % 2], otp=code)[0]))
               for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [401] * 5


def test_clocks_may_be_one_step_off_and_no_more(server, factor):
    assert log_in(server, otp=factor.code(-3)) == REFUSED
    assert log_in(server, otp=factor.code(3)) == REFUSED
    assert log_in(server, otp=factor.code(1))[0] == 200


@pytest.mark.parametrize("written", [
    "{0} {1}", "{0}\u00a0{1}", "{0}\u202f{1}", "{0}-{1}", "{0}\u2011{1}", "{0} \u2013 {1}", "\u200e{0}\u2009{1}\ufeff", "wide",
    "arabic", "mathematical"])
def test_a_code_is_read_as_an_app_shows_it(server, factor, written):
    zeros = {"wide": 0xFF10, "arabic": 0x0660, "mathematical": 0x1D7CE}
    code = factor.code(1)
    if written in zeros:
        shown = "".join(chr(zeros[written] + int(digit)) for digit in code)
    else:
        shown = written.format(code[:3], code[3:])
    assert log_in(server, otp=shown)[0] == 200
    assert log_in(server, otp=code) == REFUSED, "it is used up, however it was written"


def test_a_recovery_code_is_read_as_a_document_shows_it(server, factor):
    shown = factor.recovery_codes[0].replace("-", "\u2011").upper()
    assert log_in(server, otp=shown)[0] == 200
    assert log_in(server, otp=factor.recovery_codes[0]) == REFUSED
    wide = "".join(chr(ord(c) + 0xFEE0) for c in factor.recovery_codes[1])
    assert log_in(server, otp=wide)[0] == 200


def test_a_code_may_be_a_number(server, factor):
    code = factor.code(1)
    expected = 200 if code == str(int(code)) else 401  # a number has no leading zeros
    assert log_in(server, otp=int(code))[0] == expected


def test_a_recovery_code_works_once_however_it_is_typed(server, factor):
    first, second = factor.recovery_codes[:2]
    assert log_in(server, otp=first)[0] == 200
    assert log_in(server, otp=first) == REFUSED
    assert log_in(server, otp=second.upper().replace("-", " "))[0] == 200
    assert log_in(server, password="wrong", otp=factor.recovery_codes[2]) == REFUSED
    assert log_in(server, otp=factor.recovery_codes[2])[0] == 200


def test_recovery_codes_are_not_stored_as_they_are(factor, fresh_database):
    stored = str(execute(fresh_database, "SELECT code_hash FROM watchdxg_recovery_code"))
    for code in factor.recovery_codes:
        assert code not in stored and code.replace("-", "") not in stored


def test_basic_is_refused(fresh_database, start_server):
    server = start_server(fresh_database, basic_auth="on")
    assert server.request("GET", "/api/me/", auth=("watchdxg", "watchdxg")).status_code == 200
    enable(fresh_database)
    answer = server.request("GET", "/api/me/", auth=("watchdxg", "watchdxg"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid username/password."})


def test_a_change_of_password_wants_a_code_too(server, factor):
    access = mint()
    body = {"current_password": "watchdxg", "new_password": "correct-horse-battery"}
    assert server.post("/api/me/password/", body, access).status_code == 400
    code = factor.code(1)
    weak = {**body, "new_password": "short", "otp": code}
    assert list(server.post("/api/me/password/", weak, access).json()) == ["new_password"]
    assert server.post("/api/me/password/", {**body, "otp": code}, access).status_code == 204
    assert log_in(server, password=body["new_password"], otp=code) == REFUSED, "the code was used for the change"


def test_tokens_that_are_there_stay_good(server, fresh_database):
    tokens = server.login().json()
    enable(fresh_database)
    assert server.get("/api/me/", tokens["access"]).json()["second_factor"] is True
    assert server.refresh(tokens["refresh"]).status_code == 200


def test_disable_lets_the_password_alone_in_again(server, factor, fresh_database):
    assert run_command("totp", "disable", "--username", "watchdxg", url=fresh_database).returncode == 0
    assert log_in(server)[0] == 200
    assert execute(fresh_database, "SELECT count(*) FROM watchdxg_recovery_code") == [(0,)]
    again = run_command("totp", "disable", "--username", "watchdxg", url=fresh_database)
    assert again.returncode == 1 and "has no second factor" in again.stderr


def test_enable_does_not_replace_a_factor(factor, fresh_database):
    again = run_command("totp", "enable", "--username", "watchdxg", url=fresh_database)
    assert again.returncode == 1 and "already" in again.stderr
    assert execute(fresh_database, "SELECT secret FROM watchdxg_totp") == [(factor.secret,)]


def test_a_reset_of_the_password_leaves_it(server, factor, fresh_database):
    done = run_command("changepassword", "--username", "watchdxg", "--password-stdin", url=fresh_database,
                       stdin="correct-horse-battery\n")
    assert done.returncode == 0, done.stderr
    assert log_in(server, "correct-horse-battery") == REFUSED
    assert log_in(server, "correct-horse-battery", otp=factor.code())[0] == 200


def test_it_is_one_operators_own(server, factor, fresh_database):
    execute(fresh_database, "UPDATE auth_user SET password = (SELECT password FROM auth_user WHERE id = 1) WHERE id = 2")
    assert server.login("second", "watchdxg").status_code == 200


def test_nobody_by_that_name(fresh_database):
    done = run_command("totp", "enable", "--username", "nobody", url=fresh_database)
    assert done.returncode == 1 and "There is no user nobody." in done.stderr


def test_neither_secret_nor_codes_reach_the_log(fresh_database, start_server):
    server = start_server(fresh_database, log_level="debug")
    factor, _ = enable(fresh_database)
    codes = [factor.code(1), factor.recovery_codes[0]]
    assert [log_in(server, otp=code)[0] for code in codes] == [200, 200]
    assert log_in(server, otp="a-wrong-code") == REFUSED
    for secret in (factor.secret, "a-wrong-code", factor.recovery_codes[0]):
        assert secret not in server.log


def test_enabling_and_disabling_are_entries_of_the_log(server, factor, fresh_database):
    assert run_command("totp", "disable", "--username", "watchdxg", url=fresh_database).returncode == 0
    assert execute(fresh_database, "SELECT event, operator FROM watchdxg_log WHERE event LIKE 'factor%' ORDER BY id") == [
        ("factor_enabled", "watchdxg"), ("factor_disabled", "watchdxg")]
