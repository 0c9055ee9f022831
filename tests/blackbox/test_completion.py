"""The manual page and the completions name every command and option that `--help` lists, and work where they are read."""
import re
import subprocess

import pytest

from support.server import run_command

LISTED_COMMAND = re.compile(r"^  ([a-z_]+) {2,}", re.M)
LISTED_OPTION = re.compile(r"^  (?:-\w,)?(--[a-z-]+)", re.M)


def output_of(*command):
    done = run_command(*command, database_url=None)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tree(*command):
    """{command as typed: its options} of the command and all below it, by `--help`."""
    text = output_of(*command, "--help")
    found = {" ".join(command): LISTED_OPTION.findall(text)}
    for below in LISTED_COMMAND.findall(text):
        found |= tree(*command, below)
    return found


@pytest.fixture(scope="module")
def commands():
    return tree()


def leaves(commands):
    return [name for name in commands if name and not any(other.startswith(name + " ") for other in commands)]


def test_the_manual_page_names_every_command_and_option(commands):
    page = subprocess.run(["man", "-l", "-"], input=output_of("man"), capture_output=True, text=True,
                          env={"MANWIDTH": "1000", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=True)
    assert not page.stderr
    headings = re.findall(r"^   (\S.*)$", page.stdout, re.M)
    assert sorted(headings) == sorted(leaves(commands))
    for command in leaves(commands):
        for option in commands[command]:
            assert re.search(rf"^ +{option}\b", page.stdout, re.M), (command, option)


def bash_completes(line):
    script = output_of("completion", "bash") + """
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _watchdxg_back; printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-eu", "-c", script, "bash", *line], capture_output=True, text=True, check=True)
    return done.stdout.split()


def below(commands, command):
    """The words that may follow a command."""
    depth = len(command.split())
    return [name.split()[-1] for name in commands
            if len(name.split()) == depth + 1 and name.split()[:depth] == command.split()]


def test_bash_completes_every_command_and_option(commands):
    for command, options in commands.items():
        line = ["watchdxg-back", *command.split(), ""]
        assert sorted(bash_completes(line)) == sorted(below(commands, command) + options), command


def test_bash_leaves_the_value_of_an_option_to_names_of_files():
    assert bash_completes(["watchdxg-back", "serve", "--config", ""]) == []
    assert bash_completes(["watchdxg-back", "serve", "--config", "dev", "--migr"]) == ["--migrate"]


def test_fish_completes_every_command_and_option(commands, tmp_path):
    script = tmp_path / "completion.fish"
    script.write_text(output_of("completion", "fish"))
    lines = {command: f"watchdxg-back {command} ".replace("  ", " ") for command in commands}
    asked = "\n".join(f"echo '# {command}'\ncomplete -C '{line}'\ncomplete -C '{line}--'"
                      for command, line in lines.items())
    done = subprocess.run(["fish", "--no-config", "-c", f"source {script}\n{asked}"], capture_output=True, text=True,
                          env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True)
    for part in done.stdout.split("# ")[1:]:
        command, _, answers = part.partition("\n")
        words = {answer.split("\t")[0] for answer in answers.splitlines()}
        assert words == {*below(commands, command), *commands[command]}, command


def test_zsh_is_told_every_command_and_option(commands):
    script = output_of("completion", "zsh")
    parts = dict(re.findall(r"^        \('(.*?)'\)\n(.*?) ;;$", script, re.M | re.S))
    assert sorted(parts) == sorted(commands)
    for command, part in parts.items():
        words = re.findall(r"^ +'([^\[:=']+)", part, re.M)
        assert sorted(words) == sorted(below(commands, command) + commands[command]), command


def test_zsh_reads_its_script():
    subprocess.run(["zsh", "-f", "-n", "/dev/stdin"], input=output_of("completion", "zsh"), text=True, check=True)
