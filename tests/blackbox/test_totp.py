"""The second factor: once enabled, every password check asks for it, and no code works twice."""
import base64
import re
import threading
import time

import pytest

from support import totp
from support.postgres import execute, wait_until
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


# -- over HTTP

TOTP, CONFIRM = "/api/me/totp/", "/api/me/totp/confirm/"
WRONG_PASSWORD = (400, {"current_password": ["Your current password was entered incorrectly. Please enter it again."]})
WRONG_CODE = (400, {"otp": ["This is not the code of this moment. Check the clocks of the phone and of the server."]})
ENABLED = (409, {"detail": "A second factor is enabled already."})
NOT_BEGUN = (404, {"detail": "No second factor waits to be confirmed. Begin again."})


def ask(server, method, path, body, **headers):
    answer = server.request(method, path, mint(), json=body, headers=headers)
    return answer.status_code, answer.json() if answer.content else None


def begin(server, password="watchdxg", **headers):
    return ask(server, "POST", TOTP, {"current_password": password}, **headers)


def confirm(server, otp, **headers):
    return ask(server, "POST", CONFIRM, {"otp": otp}, **headers)


def remove(server, **body):
    return ask(server, "DELETE", TOTP, {"current_password": "watchdxg", **body})


def enable_over_http(server):
    """@return secret and recovery codes"""
    status, offer = begin(server)
    assert status == 201
    status, answer = confirm(server, totp.code(offer["secret"]))
    assert status == 200, answer
    return offer["secret"], answer["recovery_codes"]


def later(secret, steps=1):
    return totp.code(secret, time.time() + steps * totp.STEP)


def test_a_second_factor_is_enabled_used_and_removed_over_http(server):
    status, offer = begin(server)
    assert status == 201 and list(offer) == ["secret", "otpauth_url", "qr_svg"]
    assert offer["otpauth_url"] == (f"otpauth://totp/watchdxg:watchdxg?secret={offer['secret']}"
                                    "&issuer=watchdxg&algorithm=SHA1&digits=6&period=30")
    assert log_in(server)[0] == 200, "nothing is asked for until it is confirmed"
    code = totp.code(offer["secret"])
    status, answer = confirm(server, code)
    assert status == 200 and list(answer) == ["recovery_codes"]
    assert len(set(answer["recovery_codes"])) == 10
    assert server.get("/api/me/", mint()).json()["second_factor"] is True
    assert log_in(server) == REFUSED
    assert log_in(server, otp=code) == REFUSED, "no code works twice"
    assert log_in(server, otp=later(offer["secret"]))[0] == 200
    assert log_in(server, otp=answer["recovery_codes"][0])[0] == 200
    assert remove(server) == WRONG_PASSWORD
    assert remove(server, otp=answer["recovery_codes"][0]) == WRONG_PASSWORD, "it was used"
    assert remove(server, otp=answer["recovery_codes"][1].upper()) == (204, None)
    assert log_in(server)[0] == 200
    assert server.get("/api/me/", mint()).json()["second_factor"] is False
    assert execute(server.url, "SELECT (SELECT count(*) FROM watchdxg_totp), (SELECT count(*) FROM watchdxg_totp_offer), "
                               "(SELECT count(*) FROM watchdxg_recovery_code)") == [(0, 0, 0)]
    assert remove(server) == (204, None), "there is none"


def test_the_picture_is_a_qr_code_of_the_address(server):
    """Drawn by hand from the strokes of the picture: the three finders are where a reader looks for them."""
    picture = begin(server)[1]["qr_svg"]
    size = int(re.match(r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 (\d+) \1"', picture).group(1))
    black = set()
    for x, y, width in re.findall(r"M(\d+),(\d+)h(\d+)v1h-\3z", picture):
        black |= {(int(x) + step, int(y)) for step in range(int(width))}
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for left, top in ((4, 4), (size - 11, 4), (4, size - 11)):
        assert ["".join("01"[(left + x, top + y) in black] for x in range(7)) for y in range(7)] == finder
    assert not [point for point in black if not all(4 <= one < size - 4 for one in point)], "the margin is white"
    assert "script" not in picture and "href" not in picture


@pytest.mark.parametrize("form", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}\u2009\u2013{1}"])
def test_a_code_is_confirmed_as_people_copy_it(server, form):
    secret = begin(server)[1]["secret"]
    code = totp.code(secret)
    assert confirm(server, form.format(code[:3], code[3:]))[0] == 200


def test_digits_may_be_of_any_script(server):
    secret = begin(server)[1]["secret"]
    assert confirm(server, "".join(chr(0x0660 + int(digit)) for digit in totp.code(secret)))[0] == 200
    assert remove(server, otp="".join(chr(0xFF10 + int(digit)) for digit in later(secret))) == (204, None)


def test_a_second_one_is_refused_whoever_enabled_the_first(server, fresh_database):
    secret = begin(server)[1]["secret"]
    factor, _ = enable(fresh_database)
    assert begin(server) == ENABLED
    assert confirm(server, totp.code(secret)) == ENABLED
    assert log_in(server, otp=factor.code())[0] == 200
    assert remove(server, otp=factor.code(1)) == (204, None)


def test_the_command_refuses_what_was_enabled_over_http(server, fresh_database):
    enable_over_http(server)
    done = run_command("totp", "enable", "--username", "watchdxg", url=fresh_database)
    assert done.returncode != 0 and "has a second factor already" in done.stderr
    assert run_command("totp", "disable", "--username", "watchdxg", url=fresh_database).returncode == 0
    assert log_in(server)[0] == 200


def test_an_offer_lives_for_ten_minutes_and_the_last_one_counts(server, fresh_database):
    assert confirm(server, "123456") == NOT_BEGUN
    first, second = begin(server)[1]["secret"], begin(server)[1]["secret"]
    assert confirm(server, totp.code(first)) == WRONG_CODE
    execute(fresh_database, "UPDATE watchdxg_totp_offer SET expires_at = expires_at - interval '599 seconds'")
    execute(fresh_database, "UPDATE watchdxg_totp_offer SET expires_at = expires_at - interval '1 second'")
    assert confirm(server, totp.code(second)) == NOT_BEGUN
    third = begin(server)[1]["secret"]
    assert execute(fresh_database, "SELECT expires_at - now() BETWEEN '9 minutes 50 seconds' AND '10 minutes' "
                                   "FROM watchdxg_totp_offer") == [(True,)]
    assert confirm(server, totp.code(third))[0] == 200


@pytest.mark.parametrize("otp", ["000000", "12345", "abc", "1" * 10000])
def test_a_wrong_code_enables_nothing(server, otp):
    secret = begin(server)[1]["secret"]
    assert confirm(server, "000001" if otp == totp.code(secret) else otp) == WRONG_CODE
    assert log_in(server)[0] == 200


@pytest.mark.parametrize("what", ["begin", "confirm", "remove"])
def test_failures_count_as_failed_logins(fresh_database, start_server, what):
    server = start_server(fresh_database, throttle_login="3/min")
    if what == "confirm":
        begin(server)
    fail = {"begin": lambda: begin(server, "wrong"), "confirm": lambda: confirm(server, "abc"),
            "remove": lambda: remove(server, current_password="wrong")}[what]
    assert [fail()[0] for _ in range(4)] == [400, 400, 400, 429]
    assert server.login().status_code == 429
    wait_until(lambda: server.log.count("login refused from 127.0.0.1") == 3, "each of them in the log")


def test_of_many_confirmations_at_once_one_gets_the_recovery_codes(server):
    secret = begin(server)[1]["secret"]
    answers, gate, code = [], threading.Barrier(8), totp.code(secret)

    def send():
        gate.wait()
        answers.append(confirm(server, code))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    codes = next(body["recovery_codes"] for status, body in answers if status == 200)
    assert all(log_in(server, otp=one)[0] == 200 for one in codes[:2])


def test_no_answer_is_kept_under_an_idempotency_key(server, fresh_database):
    key = {"Idempotency-Key": "the-same"}
    first, second = begin(server, **key), begin(server, **key)
    assert first[0] == second[0] == 201 and first[1]["secret"] != second[1]["secret"]
    assert confirm(server, totp.code(second[1]["secret"]), **key)[0] == 200
    assert execute(fresh_database, "SELECT count(*) FROM watchdxg_idempotency_key") == [(0,)]


def test_what_was_enabled_and_removed_is_in_the_journal_and_no_secret_in_the_log(server, fresh_database):
    secret, codes = enable_over_http(server)
    assert remove(server, otp=codes[0]) == (204, None)
    assert execute(fresh_database, "SELECT event, operator, address FROM watchdxg_log WHERE event LIKE 'factor%%' ORDER BY id") == [
        ("factor_enabled", "watchdxg", "127.0.0.1"), ("factor_disabled", "watchdxg", "127.0.0.1")]
    assert secret not in server.log and codes[0] not in server.log


@pytest.mark.parametrize("method,path", [("POST", TOTP), ("DELETE", TOTP), ("POST", CONFIRM)])
def test_nothing_happens_without_a_token_or_what_it_asks_for(server, method, path):
    assert server.request(method, path, json={"current_password": "watchdxg"}).status_code == 401
    status, body = ask(server, method, path, {})
    assert status == 400 and list(body) == ["otp" if path == CONFIRM else "current_password"]


def test_an_offer_that_is_over_is_removed(server, fresh_database):
    begin(server)
    execute(fresh_database, "UPDATE watchdxg_totp_offer SET expires_at = now()")
    assert run_command("flushexpiredtokens", url=fresh_database).returncode == 0
    assert execute(fresh_database, "SELECT count(*) FROM watchdxg_totp_offer") == [(0,)]
