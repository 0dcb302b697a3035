"""The flame graph, the profile for speedscope, and our own document."""

import json
import re
from xml.etree import ElementTree

from stackdump_probe.report.looks.flame import DEEPEST, flame_graph
from stackdump_probe.report.looks.model import Looks
from stackdump_probe.report.looks.to_json import looks_to_json, looks_to_speedscope
from tests.schemas import validator
from tests.unit.report.looks.samples import a_look, seen, several
from tests.unit.report.samples import a_frame, a_variable

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "f</title><script>alert(1)</script>&\"'\x1b\x00\ud800]]>\u202e"


def boxes(looks: Looks) -> dict[str, tuple[float, float]]:
    """Left edge and width of each box, by the name in its title."""
    root = ElementTree.fromstring("\n".join(flame_graph(looks)).encode())
    found = {}
    for group in root.iter(f"{SVG}g"):
        title, rect = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert title.text is not None
        assert rect is not None
        found[title.text.split(":")[0]] = (float(rect.get("x", "")), float(rect.get("width", "")))
    return found


def test_widths_are_shares_of_the_looks_and_children_stand_on_their_parents() -> None:
    drawn = boxes(several([("main", "a"), ("main", "a"), ("main", "b"), ("main",)]))
    left, width = drawn["main"]
    assert abs(drawn["a"][1] - width / 2) < 1
    assert abs(drawn["b"][1] - width / 4) < 1
    assert drawn["a"][0] == left
    assert abs(drawn["b"][0] - (left + width / 2)) < 1


def test_no_name_of_the_target_becomes_markup() -> None:
    frame = a_frame(0, HOSTILE, cfa=16)
    svg = "\n".join(flame_graph(seen(a_look(frame), a_look(frame))))
    root = ElementTree.fromstring(svg.encode())
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg", "style", "rect", "text", "g", "title",
    }  # fmt: skip
    assert "<script" not in svg
    assert svg.replace("\n", "").isprintable()


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    svg = "\n".join(flame_graph(several([("main", "a")] * 3)))
    assert svg.count("http") == 1  # the name of the format
    assert "url(" not in svg


def test_the_same_name_has_the_same_color_and_a_kind_its_hue() -> None:
    svgs = ["\n".join(flame_graph(several(s))) for s in ([("a", "b")], [("b", "tick!")])]
    colors = [dict(re.findall(r'<title>(\w+).*\n?.*?fill="(#[0-9a-f]{6})"', svg)) for svg in svgs]
    assert colors[0]["b"] == colors[1]["b"]
    red, _green, blue = (int(colors[1]["tick"][at : at + 2], 16) for at in (1, 3, 5))
    assert blue > red  # an exception is blue


def test_a_very_deep_stack_is_drawn_up_to_a_depth() -> None:
    looks = several([[f"f{n}" for n in range(DEEPEST + 50)]] * 2)
    assert len(boxes(looks)) == DEEPEST


def test_speedscope_gets_one_sample_for_each_look_outermost_first() -> None:
    profile = json.loads(looks_to_speedscope(several([("main", "a"), ("main",), ("main", "a")])))
    frames = profile["shared"]["frames"]
    (sampled,) = profile["profiles"]
    named = [[frames[at]["name"] for at in sample] for sample in sampled["samples"]]
    assert named == [["main", "a"], ["main"], ["main", "a"]]
    assert sampled["weights"] == [1, 1, 1]
    assert (sampled["type"], sampled["unit"]) == ("sampled", "none")
    assert (sampled["startValue"], sampled["endValue"]) == (0, 3)
    assert profile["$schema"] == "https://www.speedscope.app/file-format-schema.json"


def test_the_document_keeps_to_its_schema() -> None:
    frames = [
        a_frame(0, "f", cfa=16, variables=(a_variable("n", value),)) for value in ("1", None, "2")
    ]
    looks = [a_look("main", frame, statics=(a_variable("s", frame.function),)) for frame in frames]
    document = json.loads(looks_to_json(seen(*looks, a_look(a_frame(0, None, location=None)))))
    validator("looks").validate(document)
    assert document["verdict"]["kind"] == "same_place"
    assert [look["frames"][0]["function"] for look in document["looks"]] == ["f", "f", "f", None]
