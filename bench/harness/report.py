"""The result as text, JSON or Markdown."""
import json

from harness.targets import TARGETS


def number(value):
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"


def rows(results):
    """One row of texts for each target that was measured."""
    for target in TARGETS:
        if target.key not in results:
            continue
        result = results[target.key]
        ratio = result["ratio"]
        met = "yes" if target.is_met(result["ours"], ratio) else "NO"
        yield [target.work, f"{number(result['ours'])} {target.unit}", number(result["limit"]), target.limit,
               "" if ratio is None else f"{ratio:.2f}", target.goal_text, met, result["note"]]


HEADS = ["work", "ours", "limit", "limit is", "ratio", "goal", "met", "note"]


def as_text(results, machine):
    lines = [HEADS, *rows(results)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join([*table, "", describe(machine)])


def as_markdown(results, machine):
    lines = [HEADS, ["---"] * len(HEADS), *rows(results)]
    table = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([*table, "", describe(machine)])


def as_json(results, machine):
    for target in TARGETS:
        if target.key in results:
            result = results[target.key]
            result.update(work=target.work, unit=target.unit, goal=target.goal_text,
                          met=target.is_met(result["ours"], result["ratio"]))
    return json.dumps({"machine": machine, "results": results}, indent=2)


def describe(machine):
    return ("{processors} processors ({model}), PostgreSQL {postgres}, {rounds} rounds of {seconds} s; in the "
            "pauses, other programs used {noise_median:.0%} of the processors (median; at most {noise_most:.0%})."
            .format(**machine))
