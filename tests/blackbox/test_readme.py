"""The documents are true: the README's lines work when pasted, commands and links exist, rows have names."""
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.postgres import wait_until
from support.server import PROJECT, Server, run_command
from support.tokens import mint

DOCUMENTS = sorted(path for path in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
COMMANDS = PROJECT / "docs/commands.md"
# What `--help` lists of a command or an option, at the beginning of a line.
LISTED_COMMAND = re.compile(r"^  ([a-z_]+) {2,}", re.M)
LISTED_OPTION = re.compile(r"^  (?:-\w,)?(--[a-z-]+)", re.M)


def curl_lines():
    blocks = re.findall(r"^```bash\n(.*?)^```$", (PROJECT / "README.md").read_text(), re.M | re.S)
    return "".join(block for block in blocks if "curl" in block)


def documented_commands():
    """{command: the text below its heading} of docs/commands.md."""
    parts = re.split(r"^## `(\w+)`\n", COMMANDS.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def help_of(*command):
    done = run_command(*command, "--help", database_url=None)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def demo():
    """`dev` with a data folder of its own, which the cluster's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="wdx-readme-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with Server(None, command="dev", database_url=None, secret_key=None, data_dir=folder / "data") as server:
            yield server
    finally:
        shutil.rmtree(folder)


def test_the_readmes_curl_lines_work_when_pasted(demo):
    lines = curl_lines()
    assert lines.count("http://localhost:8000/") == 8
    shell = subprocess.run(["bash", "-eu"], input=lines.replace("localhost:8000", f"localhost:{demo.port}"),
                           capture_output=True, text=True, timeout=60)
    assert shell.returncode == 0 and not shell.stderr, shell.stderr
    login, refresh, sessions, me, account, users, page = map(json.loads, shell.stdout.splitlines()[:7])
    assert list(login) == ["refresh", "access"]
    assert list(refresh) == ["access", "refresh"]
    assert len(sessions) == 1 and me["username"] == "watchdxg"
    assert account == {"id": 1, "handle": "demo"}
    assert len(users) == 500 and {user["account_id"] for user in users} == {1}
    assert len(page["results"]) == 2 and "classification" in page["results"][0]
    assert shell.stdout.splitlines()[7] == "id,handle,followers_count"


def test_help_and_the_commands_document_name_the_same_commands():
    assert sorted(documented_commands()) == sorted(LISTED_COMMAND.findall(help_of()))


@pytest.mark.parametrize("command", sorted(documented_commands()))
def test_documented_options_exist_and_own_options_are_documented(command):
    # The settings, which every command takes, follow under a heading of their own.
    own = set(LISTED_OPTION.findall(help_of(command).split("\nSettings:")[0])) - {"--help"}
    assert set(re.findall(r"^\| `(--[a-z-]+)", documented_commands()[command], re.M)) == own


@pytest.mark.parametrize("command", ["completion", "config", "totp"])
def test_documented_subcommands_exist(command):
    documented = re.findall(rf"^\| `{command} (\w+)`", documented_commands()[command], re.M)
    assert sorted(documented) == sorted(LISTED_COMMAND.findall(help_of(command)))


def test_all_tell_one_version_which_the_changelog_knows(server):
    """The foot of the console and the package: test_console.py, test_package.py."""
    version = re.search(r"project\(watchdxg-back VERSION (\S+)", (PROJECT / "CMakeLists.txt").read_text()).group(1)
    assert re.search(rf"^## \[{re.escape(version)}\]", (PROJECT / "CHANGELOG.md").read_text(), re.M)
    assert run_command("version", database_url=None).stdout == f"watchdxg-back {version}\n"
    assert run_command("--version", database_url=None).stdout == f"watchdxg-back {version}\n"
    assert server.get("/api/server/", token=mint()).json()["version"] == version
    assert server.get("/api/schema/", token=mint()).json()["info"]["version"] == version
    start = wait_until(lambda: server.get("/api/logs/?event=start", token=mint()).json(), "the start in the log")[0]
    assert start["message"].startswith(f"watchdxg-back {version} on ")


def test_every_compat_comment_names_a_row():
    rows = re.findall(r"^\| `([^`]+)` \|", (PROJECT / "COMPATIBILITY.md").read_text(), re.M)
    assert len(rows) == len(set(rows))
    named = {name.strip() for path in (PROJECT / "src").rglob("*.[ch]pp")
             for name in re.findall(r"//.*?compat: ([\w -]+)", path.read_text())}
    assert named and named <= set(rows), named - set(rows)


def anchors(path):
    """As GitHub makes them of headings: lower case, without punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = document.parent / name if name else document
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_the_move_explains_what_it_uses_before_it_uses_it():
    deployment = (PROJECT / "docs/deployment.md").read_text()
    move = deployment[deployment.index("## Moving from the original"):]
    assert move.index("`run` is the shell function") < move.index("run migrate")
    assert move.index("#watchdxg-front") < move.index("`run check`")
    assert deployment.index("The shell function `run`") < deployment.index("    run migrate")
    key = move[move.index("**The key.**"):move.index("**The database.**")]
    assert "django-insecure-" in key and "give no key" in key
    assert move.index("quote(input(") < move.index("run migrate")
