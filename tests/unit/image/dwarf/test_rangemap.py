from stackdump_probe.image.dwarf.rangemap import Columns, RangeMap


def owners(extents: RangeMap[str], address: int) -> list[str]:
    return [owner for _, _, owner in extents.at(address)]


def test_an_extent_holds_its_start_but_not_its_end() -> None:
    extents = RangeMap(Columns.of([(10, 20, "a"), (20, 30, "b")]))
    assert [owners(extents, at) for at in (9, 10, 19, 20, 30)] == [[], ["a"], ["a"], ["b"], []]


def test_of_nested_extents_the_innermost_comes_first() -> None:
    extents = RangeMap(Columns.of([(0, 100, "outer"), (40, 50, "inner"), (10, 20, "other")]))
    assert owners(extents, 45) == ["inner", "outer"]


def test_an_extent_is_found_behind_shorter_ones_that_begin_later() -> None:
    extents = RangeMap(Columns.of([(0, 100, "long"), (10, 11, "b"), (20, 21, "c"), (30, 31, "d")]))
    assert owners(extents, 99) == ["long"]


def test_an_empty_extent_holds_nothing() -> None:
    assert owners(RangeMap(Columns.of([(10, 10, "a")])), 10) == []
    assert owners(RangeMap(Columns.of([])), 10) == []
