from stackdump_probe.cli.tables import aligned


def test_cells_stand_in_columns_without_trailing_blanks() -> None:
    rows = [("a", "bbb", "c"), ("aaaa", "b", "")]
    assert list(aligned(rows, columns=80)) == ["a     bbb  c", "aaaa  b"]


def test_in_a_narrow_terminal_a_cell_that_does_not_fit_goes_to_the_next_line() -> None:
    rows = [("name", "core", "ram of it"), ("longer name", "", "ram")]
    assert list(aligned(rows, columns=20)) == [
        "name         core",
        "    ram of it",
        "longer name",
        "    ram",
    ]


def test_a_very_wide_cell_does_not_push_the_others_away() -> None:
    wide = "x" * 30
    assert list(aligned([("a", "b", "c"), (wide, "b", "c")], columns=80)) == [
        "a  b  c",
        wide,
        "   b  c",
    ]


def test_no_rows_are_no_lines() -> None:
    assert list(aligned([], columns=80)) == []
