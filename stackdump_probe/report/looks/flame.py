"""Several looks as a flame graph: one SVG that needs nothing else, no script in it."""

from collections.abc import Iterator
from colorsys import hls_to_rgb
from html import escape
from zlib import crc32

from stackdump_probe.report.escape import printable
from stackdump_probe.report.looks.model import Branch, Looks

WIDTH = 1200  # pixels
ROW = 18
MARGIN = 10
HEAD = 44  # above the graph, for the title and the verdict
LETTER = 6.6  # pixels that one takes, about, in 11 px monospace
DEEPEST = 400  # branches; the outermost are drawn
_STYLE = (
    "text{font:11px monospace;fill:#111}.t{font:bold 13px sans-serif}.v{font:12px sans-serif}"
    "g:hover rect{stroke:#000}"
)
# The hues, in degrees, from which a kind of frame takes its color.
_HUES = {"function": (15, 45), "inline": (75, 105), "exception": (195, 215)}


def flame_graph(looks: Looks) -> Iterator[str]:
    """Yield the lines of the SVG; every text in it is escaped."""
    drawn = [branch for branch in looks.tree if branch.depth < DEEPEST]
    rows = max((branch.depth for branch in drawn), default=0) + 1
    height = HEAD + rows * ROW + MARGIN
    total = len(looks.looks)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">'
    )
    yield f"<style>{_STYLE}</style>"
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    title = f"{total} looks at {looks.elf_path}"
    yield f'<text class="t" x="{MARGIN}" y="18">{_text(title, 150)}</text>'
    yield f'<text class="v" x="{MARGIN}" y="35">{_text(looks.verdict.text, 170)}</text>'
    for branch in drawn:
        yield _box(branch, total, height - MARGIN - (branch.depth + 1) * ROW)
    yield "</svg>"


def _box(branch: Branch, total: int, top: int) -> str:
    scale = (WIDTH - 2 * MARGIN) / max(total, 1)
    left, width = MARGIN + branch.start * scale, branch.count * scale
    kind = "" if branch.kind == "function" else f" ({branch.kind})"
    name = f"{branch.function}{kind}"
    place = "" if branch.location is None else f"\n{branch.location.file}:{branch.location.line}"
    share = f"{name}: {branch.count} of {total} looks, {branch.own} here{place}"
    fits = int((width - 4) / LETTER)
    words = f'<text x="{left + 3:.1f}" y="{top + 13}">{_text(name, fits)}</text>'
    return (
        f"<g><title>{_escaped(share)}</title>"
        f'<rect x="{left:.1f}" y="{top}" width="{max(width - 0.5, 0.3):.1f}" height="{ROW - 1}" '
        f'rx="2" fill="{_color(branch)}"/>{words if fits > 2 else ""}</g>'
    )


def _color(branch: Branch) -> str:
    """The same name has the same color in every graph."""
    low, high = _HUES[branch.kind]
    mixed = crc32(branch.function.encode("utf-8", "surrogatepass"))
    hue, lightness = low + mixed % (high - low), 62 + mixed // 4096 % 14
    parts = hls_to_rgb(hue / 360, lightness / 100, 0.8)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _text(text: str, most: int) -> str:
    """At most so many characters."""
    return _escaped(text if len(text) <= most else f"{text[: max(most - 2, 0)]}..")


def _escaped(text: str) -> str:
    """For XML, in which a control character may not even be escaped (XML 1.0, 2.2)."""
    return escape("\n".join(map(printable, text.split("\n"))))
