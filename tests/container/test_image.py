"""The image: what is in it, and what it is told to do.  scripts/container-test runs this."""
import os
import stat
import subprocess

import pytest

from support.container import PASSWORD, Image, Project

LIMIT = 60_000_000
CLIENT = "usr/lib/postgresql"


@pytest.fixture(scope="module")
def image():
    return Image()


@pytest.fixture
def project(image):
    project = Project(image)
    yield project
    project.remove()


def entries(root):
    """(path below the root, its lstat) of everything, links not followed."""
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            yield os.path.relpath(path, root), os.lstat(path)


def size(root, below=""):
    return sum({(state.st_dev, state.st_ino): state.st_size for _, state in entries(os.path.join(root, below))
                if stat.S_ISREG(state.st_mode)}.values())


def test_it_adds_at_most_60_mb_to_its_base(image, capsys):
    added = size(image.files) - size(image.base)
    client = size(image.files, CLIENT)
    with capsys.disabled():
        print(f"\nthe image adds {added / 1e6:.1f} MB to its base, {(added - client) / 1e6:.1f} MB without pg_dump")
    assert 5_000_000 < added <= LIMIT


def test_nothing_of_the_build_is_left_in_it(image):
    paths = {path for path, _ in entries(image.files)}
    assert not paths & {"source", "package", "usr/bin/cc", "usr/bin/node", "usr/bin/cmake", "etc/apt/pgdg.asc"}
    assert not [path for path in paths if path.startswith("var/lib/apt/lists/") or path.endswith(".deb")]
    assert not [path for path in paths if path.startswith("etc/apt/sources.list.d/")]


def test_every_file_belongs_to_root_but_the_data_folder(image):
    owned = {path: stat.S_IMODE(state.st_mode) for path, state in entries(image.files)
             if state.st_uid == image.user or state.st_gid == image.group}
    assert owned == {"var/lib/watchdxg-back": 0o700}
    assert image.user >= 1000 and image.group >= 1000


def test_it_adds_nothing_that_gives_rights(image):
    def risky(root):
        return {path for path, state in entries(root) if not stat.S_ISLNK(state.st_mode)
                and (state.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH))}
    assert risky(image.files) <= risky(image.base)


def test_it_says_how_it_is_run(image):
    config = image.config
    assert config["Entrypoint"] + config["Cmd"] == ["watchdxg-back", "serve", "--migrate"]
    assert config["Healthcheck"]["Test"] == ["CMD", "watchdxg-back", "healthcheck"]
    assert list(config["ExposedPorts"]) == ["8000/tcp"]
    assert list(config["Volumes"]) == ["/var/lib/watchdxg-back"]


def test_no_secret_has_a_default(image):
    names = {line.split("=", 1)[0] for line in image.config["Env"]}
    assert names == {"PATH", "WDX_LISTEN", "WDX_DATA_DIR"}


def test_without_a_database_it_says_what_is_missing(project):
    done = project.run("serve", "--migrate", WDX_DATABASE_URL="", WDX_DATABASE_PASSWORD_FILE="")
    assert done.returncode == 2
    assert "WDX_DATABASE_URL" in done.stderr


def test_healthcheck_fails_where_nothing_listens(project):
    done = project.run("healthcheck")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_secret_that_it_cannot_read_is_named_with_its_file(image):
    project = Project(image, mode=0o600)
    try:
        done = project.run("check")
    finally:
        project.remove()
    assert done.returncode == 2
    assert "WDX_DATABASE_PASSWORD_FILE" in done.stderr and "/run/secrets/.pg_password" in done.stderr


def test_secrets_come_from_files_and_are_shown_nowhere(project):
    (project.volume("watchdxg_back") / "own_key").write_text("k" * 40)
    done = project.run("config", "dump", WDX_SECRET_KEY_FILE="/var/lib/watchdxg-back/own_key")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "WDX_DATABASE_PASSWORD=********  # environment: WDX_DATABASE_PASSWORD_FILE=/run/secrets/.pg_password" in lines
    assert "WDX_SECRET_KEY=********  # environment: WDX_SECRET_KEY_FILE=/var/lib/watchdxg-back/own_key" in lines
    assert PASSWORD not in done.stdout


def test_the_archive_of_postgresql_is_believed_by_its_own_key(image):
    """The key that `install` takes out of Debian's package is the one that postgresql.org names."""
    key = "/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc"
    shown = subprocess.run(["gpg", "--show-keys", "--with-colons", key], stdout=subprocess.PIPE, text=True).stdout
    assert "fpr:::::::::B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8:" in shown
