"""The figures of growth as a table."""
from harness.report import number

FLAT = 2  # a cost that grows less than this from the first size to the last is called flat


def shown(figure):
    if figure is None:
        return ""
    if isinstance(figure, str):
        return figure
    return f"{figure:.2f}" if figure < 10 else number(figure)


def factor(figures, sizes):
    """How much the cost grows from the first size to the last; None where one of them has no number."""
    first, last = figures.get(str(sizes[0])), figures.get(str(sizes[-1]))
    if len(sizes) < 2 or not all(isinstance(figure, (int, float)) for figure in (first, last)) or not first:
        return None
    return last / first


def growth(figures, sizes):
    known = factor(figures, sizes)
    return "" if known is None else f"{known:.1f}"


def is_flat(row, sizes):
    known = factor(row["ours"], sizes)
    return known is not None and known < FLAT


def as_markdown(rows, sizes):
    """Cost at each size and its growth; of the limit, the cost at the last size and its growth."""
    last = sizes[-1]
    lines = [["work", "", *[f"{size:,}" for size in sizes], "grows", f"limit, {last:,}", "limit grows", "limit is"]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        lines.append([row["name"], row["unit"], *[shown(row["ours"].get(str(size))) for size in sizes], growth(row["ours"], sizes),
                      shown(row["limit"].get(str(last))), growth(row["limit"], sizes), row["limit_is"]])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
