"""What `bench/run --growth` does after setup and build: every kind of work at several sizes, a table and a plot.

The exit status is 0 whatever the figures are.
"""
import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness.growth_ground import GrowthGround
from harness.growth_measures import GrowthMeasures, Rows
from harness.growth_plot import as_svg
from harness.growth_report import as_markdown
from harness.process import busy_share
from support.postgres import bin_dir

SIZES = (10_000, 100_000, 1_000_000)  # ten million only by name: it takes hours
LEAST = 1000  # the data has 200 users of another account


def read_sizes(text):
    sizes = sorted({int(size) for size in text.split(",")})
    if sizes[0] < LEAST:
        raise argparse.ArgumentTypeError(f"at least {LEAST:,} users")
    return sizes


def read_arguments():
    parser = argparse.ArgumentParser(prog="bench/run --growth")
    parser.add_argument("--growth", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--sizes", type=read_sizes, default=list(SIZES), help="numbers of users, separated by commas")
    parser.add_argument("--indexed", action="store_true", help="with the indexes that an operator can make")
    parser.add_argument("--plots", type=Path, default=Path("build/bench/growth"), help="the folder for plot, figures and plans")
    parser.add_argument("--only", type=lambda text: text.split(","), help="keys of growth_works.py: measures these alone")
    return parser.parse_args()


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def measure(arguments):
    """@return rows of figures, and how much of the machine other programs used in the pauses"""
    rows, noise = Rows(), []
    for size in arguments.sizes:
        say(f"{size:,}: filling a private PostgreSQL")
        begin = time.monotonic()
        ground = GrowthGround(size, arguments.indexed)
        say(f"{size:,}: filled in {time.monotonic() - begin:.0f} s")
        noise.append(busy_share())
        plans = arguments.plots / f"plans-{size}.txt"
        plans.write_text("")

        def tell(text):
            """A run that is stopped has left what it knew."""
            say(text)
            write(arguments, list(rows.rows.values()), arguments.sizes[:arguments.sizes.index(size) + 1])
        try:
            GrowthMeasures(ground, rows, plans, tell, arguments.only).run()
        finally:
            ground.close()
        noise.append(busy_share())
    return list(rows.rows.values()), noise


def write(arguments, rows, sizes):
    (arguments.plots / "growth.json").write_text(json.dumps({"sizes": sizes, "indexed": arguments.indexed, "rows": rows}, indent=1))
    (arguments.plots / "growth.svg").write_text(as_svg(rows, sizes))
    (arguments.plots / "growth.md").write_text(as_markdown(rows, sizes) + "\n")


def main():
    arguments = read_arguments()
    arguments.plots.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    # The servers' logs, which the tests' harness prints at the end of each, do not belong to the result.
    with contextlib.redirect_stdout(io.StringIO()):
        rows, noise = measure(arguments)
    version = subprocess.run([str(bin_dir() / "postgres"), "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[2]
    print(as_markdown(rows, arguments.sizes))
    print(f"\n{'With' if arguments.indexed else 'Without'} indexes beside the core's keys. {os.cpu_count()} processors, PostgreSQL {version}; "
          f"in the pauses, other programs used {statistics.median(noise):.0%} of the processors (median; at most {max(noise):.0%}).")
    say(f"took {time.monotonic() - begin:.0f} s; plot, figures and plans are in {arguments.plots}")


if __name__ == "__main__":
    main()
