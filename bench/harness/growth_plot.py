"""The figures of growth as an SVG: one small log-log panel for each work, ours as a line, its limit dashed."""
import math
from xml.sax.saxutils import escape

COLUMNS = 4
WIDTH, HEIGHT = 240, 170      # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 28, 24
# All of them can be read on white and on black.
INK, GRID, OURS, LIMIT, FAILED = "#7d7d7d", "#7d7d7d", "#3b82f6", "#e07b00", "#e5484d"
STYLE = (f"text{{font:10px sans-serif;fill:{INK}}}.t{{font-size:11px;font-weight:bold}}.e{{text-anchor:end}}.m{{text-anchor:middle}}"
         f".g{{stroke:{GRID};stroke-opacity:.25}}.o{{stroke:{OURS};stroke-width:2;fill:none}}"
         f".l{{stroke:{LIMIT};stroke-width:1.5;stroke-dasharray:4 3;fill:none}}.x{{fill:{FAILED}}}")
LETTERS = 32                  # of a panel's title


def as_svg(rows, sizes):
    high = math.ceil(len(rows) / COLUMNS) * HEIGHT + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * WIDTH} {high}" width="{COLUMNS * WIDTH}" '
             f'height="{high}" role="img" aria-label="Cost of each kind of work by the number of users">', f"<style>{STYLE}</style>",
             '<path class="o" d="M10 12h24"/><text x="40" y="16">the server</text><path class="l" d="M120 12h24"/>'
             '<text x="150" y="16">its limit: the same statement without it</text><text class="x" x="360" y="16">&#215; took too long</text>'
             f'<text class="e" x="{COLUMNS * WIDTH - 10}" y="16">users across, cost upwards, both logarithmic</text>']
    for place, row in enumerate(rows):
        parts.append(f'<g transform="translate({place % COLUMNS * WIDTH} {place // COLUMNS * HEIGHT + 26})">{panel(row, sizes)}</g>')
    return "\n".join([*parts, "</svg>", ""])


def panel(row, sizes):
    known = [value for of in (row["ours"], row["limit"]) for value in of.values() if is_number(value)]
    name = row["name"] if len(row["name"]) <= LETTERS else row["name"][:LETTERS - 1] + "…"
    parts = [f"<title>{escape(row['name'])}</title>", f'<text class="t" x="6" y="18">{escape(name)}, {row["unit"]}</text>']
    low, high = decades(known or [1, 10])
    left, right = math.log10(sizes[0]), max(math.log10(sizes[-1]), math.log10(sizes[0]) + 1)

    def x(size):
        return LEFT + (math.log10(size) - left) / (right - left) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    for decade in range(low, high + 1):
        at = y(10 ** decade)
        parts.append(f'<path class="g" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/><text class="e" x="{LEFT - 4}" y="{at + 3:.1f}">'
                     f'{10 ** decade:,g}</text>')
    for size in sizes:
        parts.append(f'<text class="m" x="{x(size):.1f}" y="{HEIGHT - 8}">{short(size)}</text>')
    for figures, kind in ((row["limit"], "l"), (row["ours"], "o")):
        points = [(x(size), y(figures[str(size)])) for size in sizes if is_number(figures.get(str(size)))]
        if points:
            parts.append(f'<path class="{kind}" d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in points)}"/>')
            parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{OURS if kind == "o" else LIMIT}"/>' for a, b in points]
    for size in sizes:
        if isinstance(row["ours"].get(str(size)), str):
            parts.append(f'<text class="x e" x="{x(size) + RIGHT:.1f}" y="{TOP + 10}">&#215; {escape(row["ours"][str(size)])}</text>')
    return "".join(parts)


def is_number(value):
    return isinstance(value, (int, float)) and value > 0


def decades(values):
    """Powers of ten below and above all of them."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def short(size):
    power = round(math.log10(size))
    return f"10^{power}" if 10 ** power == size else f"{size:,}"
