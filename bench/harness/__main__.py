"""What bench/run does after setup and build: measure and print.  The exit status is 0 even if a goal is missed."""
import argparse
import contextlib
import io
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness import report
from harness.ground import Ground
from harness.measures import GROUPS, Measures
from harness.process import busy_share
from support.postgres import bin_dir

FULL, QUICK = (5, 5), (3, 1)  # rounds, seconds


def read_groups(text):
    names = text.split(",")
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; choose from {', '.join(GROUPS)}")
    return names


def read_arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("--quick", action="store_true", help="takes about a minute; the figures vary more")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const=report.as_json)
    form.add_argument("--markdown", dest="form", action="store_const", const=report.as_markdown)
    parser.add_argument("--only", type=read_groups, default=GROUPS, help=f"measure only these: {','.join(GROUPS)}")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--refresh-load", type=Path, required=True, help=argparse.SUPPRESS)
    parser.set_defaults(form=report.as_text)
    arguments = parser.parse_args()
    rounds, seconds = QUICK if arguments.quick else FULL
    arguments.rounds = arguments.rounds or rounds
    arguments.seconds = arguments.seconds or seconds
    return arguments


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def describe_machine(arguments, noise):
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    version = subprocess.run([str(bin_dir() / "postgres"), "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return {"processors": os.cpu_count(), "model": model.group(1) if model else "unknown",
            "postgres": version.stdout.split()[2], "rounds": arguments.rounds, "seconds": arguments.seconds,
            "noise_median": statistics.median(noise), "noise_most": max(noise)}


def measure(arguments):
    """@return the results by the keys of targets.py, and how much of the machine other programs used in the pauses"""
    say("preparing a private PostgreSQL with 100,200 users")
    ground = Ground()
    try:
        measures = Measures(ground, arguments)
        results, noise = {}, [busy_share()]
        for name in arguments.only:
            say(f"measuring {name}")
            results.update(getattr(measures, name)())
            noise.append(busy_share())
        return results, noise
    finally:
        ground.close()


def main():
    arguments = read_arguments()
    begin = time.monotonic()
    # The servers' logs, which the tests' harness prints at the end of each, do not belong to the result.
    with contextlib.redirect_stdout(io.StringIO()):
        results, noise = measure(arguments)
    print(arguments.form(results, describe_machine(arguments, noise)))
    say(f"took {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
