"""Adds up JUnit files and prints `N passed, N failed`; exit status 1 if anything failed.

    summary.py FILE:STATUS...

STATUS is the exit status of the program that wrote FILE.  A skipped test counts as failed: what cannot be run here
has not passed.  So does a program that failed without saying which test did (a crash, a wrong argument).
"""
import sys
import xml.etree.ElementTree as ElementTree

BAD = ("failure", "error", "skipped")


def count(path, status):
    """@return (passed, failed) of one file"""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, 1
    failed = sum(any(case.find(kind) is not None for kind in BAD) or case.get("status") == "notrun" for case in cases)
    if status != 0 and failed == 0:
        return len(cases), 1
    return len(cases) - failed, failed


def main(arguments):
    counts = [count(path, int(status)) for path, _, status in (a.rpartition(":") for a in arguments)]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
