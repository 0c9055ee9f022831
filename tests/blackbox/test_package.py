"""What the Debian package holds.  scripts/package-test installs it."""
import os
import re
import subprocess

import pytest

from support.server import PROJECT

pytestmark = pytest.mark.xdist_group("package")  # one folder is built, by one process

UNIT = PROJECT / "packaging/systemd/watchdxg-back.service"
FILES = {
    "/etc/watchdxg-back/config.toml": "-rw-r--r--",
    "/lib/systemd/system/watchdxg-back-backup.service": "-rw-r--r--",
    "/lib/systemd/system/watchdxg-back-backup.timer": "-rw-r--r--",
    "/lib/systemd/system/watchdxg-back.service": "-rw-r--r--",
    "/usr/bin/watchdxg-back": "-rwxr-xr-x",
    "/usr/lib/sysusers.d/watchdxg-back.conf": "-rw-r--r--",
    "/usr/libexec/watchdxg-back/watchdxg-back": "-rwxr-xr-x",
    "/usr/share/bash-completion/completions/watchdxg-back": "-rw-r--r--",
    "/usr/share/doc/watchdxg-back/changelog.Debian.gz": "-rw-r--r--",
    "/usr/share/doc/watchdxg-back/changelog.gz": "-rw-r--r--",
    "/usr/share/doc/watchdxg-back/copyright": "-rw-r--r--",
    "/usr/share/doc/watchdxg-back/examples/config.toml": "-rw-r--r--",
    "/usr/share/doc/watchdxg-back/examples/watchdxg-back.socket": "-rw-r--r--",
    "/usr/share/fish/vendor_completions.d/watchdxg-back.fish": "-rw-r--r--",
    "/usr/share/lintian/overrides/watchdxg-back": "-rw-r--r--",
    "/usr/share/man/man1/watchdxg-back.1.gz": "-rw-r--r--",
    "/usr/share/zsh/vendor-completions/_watchdxg-back": "-rw-r--r--",
}


# The program would take what the tests are told for settings.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("WDX_")}


def output_of(*command, cwd=PROJECT):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, env=ENVIRONMENT).stdout


@pytest.fixture(scope="module", autouse=True)
def release():
    """The preset `release`, of which the package is made: ./test has built it, unless it was given another program."""
    if "WDX_BINARY" in os.environ:
        output_of("cmake", "--preset", "release")
        output_of("cmake", "--build", "--preset", "release")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    output_of("cpack", "--config", PROJECT / "build/release/CPackConfig.cmake", "-B", folder, cwd=folder)
    return next(folder.glob("watchdxg-back_*.deb"))


def test_it_holds_these_files_of_root(package):
    lines = [line.split(maxsplit=5) for line in output_of("dpkg-deb", "-c", package).splitlines()]
    assert {owner for _, owner, *_ in lines} == {"root/root"}
    assert {path.lstrip("."): mode for mode, *_, path in lines if not path.endswith("/")} == FILES


def test_its_version_is_that_of_the_program(package):
    program = output_of(PROJECT / "build/release/watchdxg-back", "version").split()[1]
    assert output_of("dpkg-deb", "-f", package, "Version").strip() == f"{program}-1"


def test_an_older_package_learns_of_the_newest_migration(package, tmp_path):
    output_of("dpkg-deb", "-e", package, tmp_path)
    newest = max(path.stem for path in (PROJECT / "migrations").glob("*.sql"))
    assert f"known={newest}\n" in (tmp_path / "preinst").read_text()
    assert f"echo {newest} >" in (tmp_path / "postinst").read_text()


@pytest.mark.parametrize("script", ["preinst", "postinst", "prerm", "postrm"])
def test_the_maintainer_scripts_are_shell(package, tmp_path, script):
    output_of("dpkg-deb", "-e", package, tmp_path)
    output_of("sh", "-n", tmp_path / script)


def test_the_settings_file_is_one_that_the_program_takes():
    program = PROJECT / "build/release/watchdxg-back"
    dump = output_of(program, "config", "dump", "--config", PROJECT / "packaging/config.toml")
    assert re.search(r"^WDX_DATABASE_URL=\*+  # file ", dump, re.M)


def test_the_unit_is_closed_to_what_the_server_does_not_need():
    report = output_of("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    exposure = re.search(r"Overall exposure level for watchdxg-back.service: ([\d.]+)", report)
    assert float(exposure[1]) <= 1.5, report
