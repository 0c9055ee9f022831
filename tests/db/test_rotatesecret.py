"""`rotatesecret` and WDX_SECRET_KEY_FALLBACKS: a new signing key logs nobody out."""
import os
import stat

import pytest

from support.data import make_database
from support.server import Server, run_command
from support.tokens import mint

OLD, OLDER = "an-old-signing-secret-0123456789-abcdef", "an-older-signing-secret-0123456789-abc"


@pytest.fixture(scope="module")
def database(cluster):
    return make_database(cluster)


def accepts(server, secret):
    return server.get("/api/me/", mint(secret=secret)).status_code == 200


def signs_with(server, secret):
    """Whether a token of this server is valid for a server that knows only `secret`."""
    token = server.refresh(mint("refresh", secret=secret)).json()["access"]
    with Server(server.url, secret_key=secret) as other:
        return other.get("/api/me/", token).status_code == 200


def test_fallbacks_verify_and_do_not_sign(database):
    new = "a-new-signing-secret-0123456789-abcdefg"
    with Server(database, secret_key=new, secret_key_fallbacks=f"{OLD},{OLDER}") as server:
        assert accepts(server, new) and accepts(server, OLD) and accepts(server, OLDER)
        assert not accepts(server, "some-other-secret-0123456789-abcdefghi")
        assert signs_with(server, new) and not signs_with(server, OLD)


def test_fallbacks_may_stand_in_a_file_one_a_line(database, tmp_path):
    (tmp_path / "old").write_text(f"{OLD}\n{OLDER}\n")
    with Server(database, secret_key_fallbacks_file=tmp_path / "old") as server:
        assert accepts(server, OLD) and accepts(server, OLDER)


def test_a_key_of_the_data_folder_is_replaced_and_still_verifies(database, tmp_path):
    def serve():
        return Server(database, secret_key=None, data_dir=tmp_path)

    with serve() as server:
        tokens = server.login().json()
    first = (tmp_path / "secret_key").read_text().strip()
    for turn in range(2):
        done = run_command("rotatesecret", secret_key=None, data_dir=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Restart" in done.stderr and first not in done.stdout + done.stderr
        with serve() as server:
            assert server.get("/api/me/", tokens["access"]).status_code == 200, turn
            tokens = server.refresh(tokens["refresh"]).json()
    keys = (tmp_path / "secret_key_fallbacks").read_text().split()
    assert len(keys) == 2 and keys[1] == first and (tmp_path / "secret_key").read_text().strip() not in keys
    for name in ("secret_key", "secret_key_fallbacks"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["secret_key", "secret_key_fallbacks"]


def test_a_data_folder_without_a_key_has_nothing_to_rotate(tmp_path):
    done = run_command("rotatesecret", secret_key=None, data_dir=tmp_path)
    assert done.returncode == 1 and "no key" in done.stderr


def test_a_key_of_the_environment_is_printed_not_changed():
    done = run_command("rotatesecret", secret_key=OLD, secret_key_fallbacks=OLDER)
    assert done.returncode == 0
    key, fallbacks = done.stdout.splitlines()
    assert key.startswith("WDX_SECRET_KEY=") and len(key) == len("WDX_SECRET_KEY=") + 64
    assert fallbacks == f"WDX_SECRET_KEY_FALLBACKS={OLD},{OLDER}"


def test_what_was_printed_logs_nobody_out(database):
    done = run_command("rotatesecret", secret_key=OLD)
    settings = dict(line.removeprefix("WDX_").split("=", 1) for line in done.stdout.splitlines())
    with Server(database, **{name.lower(): value for name, value in settings.items()}) as server:
        assert accepts(server, OLD) and accepts(server, settings["SECRET_KEY"])


def test_a_key_in_a_file_is_replaced_there(tmp_path):
    key, old_keys = tmp_path / "key", tmp_path / "old"
    key.write_text(OLD + "\n")
    key.chmod(0o640)
    done = run_command("rotatesecret", secret_key=None, secret_key_file=key)
    assert done.returncode == 0, done.stderr
    assert len(key.read_text().strip()) == 64 and stat.S_IMODE(key.stat().st_mode) == 0o640
    assert f"WDX_SECRET_KEY_FALLBACKS={OLD}\n" in done.stdout
    second = key.read_text().strip()
    old_keys.write_text(OLD + "\n")
    done = run_command("rotatesecret", secret_key=None, secret_key_file=key, secret_key_fallbacks_file=old_keys)
    assert done.returncode == 0 and "WDX_SECRET_KEY_FALLBACKS" not in done.stdout
    assert old_keys.read_text().split() == [second, OLD]


def test_a_weak_fallback_is_as_bad_as_a_weak_key(database):
    weak = "django-insecure-0123456789-0123456789-0123456789"
    check = run_command("check", url=database, secret_key_fallbacks=weak)
    assert check.returncode == 1 and "one of the fallbacks is weak" in check.stdout
    server = Server(database, wait=None, secret_key_fallbacks=weak, listen="0.0.0.0:0")
    assert server.wait() == 1 and "WDX_SECRET_KEY_FALLBACKS) is weak: refusing to listen beyond this machine" in server.log
    server.discard()


def test_a_weak_key_is_not_kept(database, tmp_path):
    (tmp_path / "secret_key").write_text("short\n")
    (tmp_path / "secret_key").chmod(0o600)
    done = run_command("rotatesecret", secret_key=None, data_dir=tmp_path)
    assert done.returncode == 0 and "everybody has to log in again" in done.stderr
    assert (tmp_path / "secret_key_fallbacks").read_text().strip() == ""
    done = run_command("rotatesecret", secret_key="short")
    assert done.returncode == 0 and "WDX_SECRET_KEY_FALLBACKS" not in done.stdout
