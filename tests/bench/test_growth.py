"""The table and the plot of bench/run --growth, from figures that are made up, and one small run from start to end."""
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from harness.growth import read_arguments, read_sizes
from harness.growth_measures import REPEATS, Answer, GrowthMeasures, Rows
from harness.growth_plot import as_svg
from harness.growth_report import as_markdown, factor, is_flat
from support.server import PROJECT, binary

SIZES = [1000, 10_000]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def rows():
    rows = Rows()
    rows.add(1000, "flat", "a flat one", "ms", 2.0, 1.0, "psql")
    rows.add(10_000, "flat", "a flat one", "ms", 3.0, 1.5, "psql")
    rows.add(1000, "steep", "a steep <one>", "ms", 10.0, 8.0, "psql")
    rows.add(10_000, "steep", "a steep <one>", "ms", 110.0, 96.0, "psql")
    rows.add(1000, "gone", "one that takes too long", "ms", 900.0)
    rows.add(10_000, "gone", "one that takes too long", "ms", "> 30 s")
    return rows


def cells(rows, name):
    line, = [line for line in as_markdown(list(rows.rows.values()), SIZES).splitlines() if f"| {name} |" in line]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_table_has_cost_and_growth_of_server_and_limit(rows):
    assert cells(rows, "a steep <one>") == ["a steep <one>", "ms", "10.0", "110", "11.0", "96.0", "12.0", "psql"]


def test_table_says_what_took_too_long_and_gives_it_no_factor(rows):
    assert cells(rows, "one that takes too long") == ["one that takes too long", "ms", "900", "> 30 s", "", "", "", ""]


def test_every_line_of_the_table_has_as_many_cells_as_its_head(rows):
    assert len({line.count("|") for line in as_markdown(list(rows.rows.values()), SIZES).splitlines()}) == 1


def test_cost_that_grows_less_than_twice_is_flat(rows):
    assert [is_flat(rows.rows[key], SIZES) for key in ("flat", "steep", "gone")] == [True, False, False]
    assert factor(rows.rows["flat"]["ours"], SIZES) == 1.5


def test_what_took_too_long_once_is_not_asked_for_at_a_larger_size(rows):
    assert rows.given_up("gone") == "> 30 s"
    assert rows.given_up("steep") is None
    assert rows.given_up("unknown") is None


def panels(rows):
    document = ElementTree.fromstring(as_svg(list(rows.rows.values()), SIZES))
    return {panel.find(f"{SVG}title").text: panel for panel in document.iter(f"{SVG}g")}


def heights(panel, kind):
    path, = [one for one in panel.iter(f"{SVG}path") if one.get("class") == kind]
    return [float(point.split()[1]) for point in path.get("d")[1:].split("L")]


def test_plot_has_a_panel_for_each_work_with_its_curve_and_its_limit(rows):
    found = panels(rows)
    assert list(found) == ["a flat one", "a steep <one>", "one that takes too long"]
    for kind in ("o", "l"):
        first, last = heights(found["a steep <one>"], kind)
        assert last < first  # upwards
        assert last < heights(found["a flat one"], kind)[1]
    assert heights(found["a steep <one>"], "o")[0] < heights(found["a steep <one>"], "l")[0]


def test_plot_marks_what_took_too_long(rows):
    texts = [text.text for text in panels(rows)["one that takes too long"].iter(f"{SVG}text")]
    assert "× > 30 s" in texts


def test_plot_stays_within_its_panels(rows):
    for panel in panels(rows).values():
        for circle in panel.iter(f"{SVG}circle"):
            assert 0 < float(circle.get("cx")) < 240 and 0 < float(circle.get("cy")) < 170


class Ground:
    size = 1000

    def wait_until_idle(self):
        pass


@pytest.mark.parametrize(("answers", "figure"), [
    ([Answer(200, ms, "") for ms in (5, 1, 9, 2, 4)], 4), ([Answer(200, 5000, "")], 5000), ([Answer(0, 35_000, "")], "> 30 s"),
    ([Answer(503, 30_010, "")], "> 30 s"), ([Answer(503, 12, "")], "status 503"), ([Answer(400, 1, "")], "status 400")])
def test_work_is_repeated_unless_it_is_slow_and_never_after_it_took_too_long(answers, figure):
    given = iter(answers)
    assert GrowthMeasures(Ground(), Rows(), None, None)._repeat(lambda: next(given)) == figure
    assert next(given, None) is None and len(answers) in (1, REPEATS)


def test_sizes_are_sorted_and_ten_million_is_only_measured_by_name(monkeypatch):
    assert read_sizes("100000,10000") == [10_000, 100_000]
    monkeypatch.setattr(sys, "argv", ["bench/run", "--growth"])
    assert read_arguments().sizes == [10_000, 100_000, 1_000_000]


@pytest.mark.slow
@pytest.mark.alone
def test_a_small_run_gives_figures_limits_plans_and_a_plot(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "harness.growth", "--growth", "--sizes", "1000", "--indexed", "--plots", str(tmp_path),
         "--only", "lookup,order_risk,csv"], cwd=PROJECT, stdout=subprocess.PIPE, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}/bench:{PROJECT}/tests", "WDX_BINARY": binary()})
    assert done.returncode == 0
    assert "| account lookup | ms |" in done.stdout
    known = {row["key"]: row for row in json.loads((tmp_path / "growth.json").read_text())["rows"]}
    assert {"first_pass", "snapshot", "lookup", "order_risk", "csv", "csv_peak"} == set(known)
    for row in known.values():
        assert row["ours"]["1000"] > 0, row
    for key in ("lookup", "order_risk", "csv"):
        assert known[key]["limit"]["1000"] > 0
    assert "Scan" in (tmp_path / "plans-1000.txt").read_text()
    ElementTree.parse(tmp_path / "growth.svg")
