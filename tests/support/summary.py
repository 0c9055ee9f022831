"""Adds up JUnit files, prints what took longest, and at last `N passed, N failed`; exit status 1 if anything failed.

    summary.py STAGES AGAIN FILE:STATUS...

STAGES is a file with a line `SECONDS NAME` for each stage of the run.  STATUS is the exit status of the program that
wrote FILE.  A skipped test counts as failed: what cannot be run here has not passed.  So does a program that failed
without saying which test did (a crash, a wrong argument).

AGAIN is the JUnit file of the second run that pytest's failed tests got, with nothing beside them; it need not exist.
At most UNSTEADY tests that passed there count as passed, and are named: each is a fault to be found.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

BAD = ("failure", "error", "skipped")
NOTHING_COLLECTED = 5  # pytest's exit status
SLOWEST = 20
UNSTEADY = 5
GROUP = r"@[^\]@]*$"


def cases_of(path):
    """The tests of one file, None when it is missing or broken."""
    try:
        return list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return None


def name_of(case):
    """Without the `@group` that pytest-xdist adds."""
    return f"{case.get('classname')}: {re.sub(GROUP, '', case.get('name'))}"


def has_failed(case):
    return any(case.find(kind) is not None for kind in BAD) or case.get("status") == "notrun"


def passed_again(cases):
    """Names of the tests whose failure the second run did not repeat; none where too many did not."""
    failed = {name_of(case) for case in cases if has_failed(case)}
    names = {name_of(case) for case in cases} - failed
    return names if len(names) <= UNSTEADY else set()


def count(cases, status, forgiven):
    """@return (passed, failed) of one file; a failure of a test named in `forgiven` is none"""
    if cases is None:
        return 0, 1
    if not cases and status == NOTHING_COLLECTED:
        return 0, 0
    bad = [name_of(case) for case in cases if has_failed(case)]
    if status != 0 and not bad:
        return len(cases), 1
    failed = sum(name not in forgiven for name in bad)
    return len(cases) - failed, failed


def print_longest(stages, cases):
    print("Seconds of each stage:")
    for line in stages:
        seconds, name = line.split(maxsplit=1)
        print(f"{int(seconds):6} {name.strip()}")
    print("The slowest tests:")
    slowest = sorted(cases, key=lambda case: -float(case.get("time") or 0))[:SLOWEST]
    for case in slowest:
        print(f"{float(case.get('time') or 0):6.1f} {name_of(case)}")


def main(stages, again, *files):
    parsed = [(cases_of(path), int(status)) for path, _, status in (each.rpartition(":") for each in files)]
    with open(stages) as lines:
        print_longest(lines, [case for cases, _ in parsed for case in cases or ()])
    forgiven = passed_again(cases_of(again) or ())
    for name in sorted(forgiven):
        print(f"unsteady: {name} failed once and passed alone")
    passed, failed = (sum(column) for column in zip(*(count(*each, forgiven) for each in parsed)))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
