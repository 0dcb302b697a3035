from stackdump_probe.cli.tables import aligned


def test_cells_stand_in_columns_without_trailing_blanks() -> None:
    rows = [("a", "bbb", "c"), ("aaaa", "b", "")]
    assert list(aligned(rows, columns=80)) == ["a     bbb  c", "aaaa  b"]


def test_in_a_narrow_terminal_cells_stand_below_each_other() -> None:
    rows = [("name", "core", "ram"), ("longer name", "", "ram")]
    assert list(aligned(rows, columns=20)) == [
        "name",
        "    core",
        "    ram",
        "longer name",
        "    ram",
    ]


def test_no_rows_are_no_lines() -> None:
    assert list(aligned([], columns=80)) == []
