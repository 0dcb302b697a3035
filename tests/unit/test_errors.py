"""Errors carry numbers as fields, and say what, where and how much."""

import pytest

from stackdump_probe import errors


def test_a_hint_is_kept_apart_from_the_message() -> None:
    error = errors.StackdumpError("it is broken", hint="mend it")
    assert (str(error), error.hint) == ("it is broken", "mend it")


def test_a_dump_format_error_says_where() -> None:
    error = errors.DumpFormatError("cut", offset=0x1F)
    assert (str(error), error.offset) == ("cut (at offset 0x1f)", 0x1F)


def test_a_dwarf_error_says_section_and_offset() -> None:
    error = errors.DwarfError("cut", section=".debug_info", offset=0x1F)
    assert str(error) == ".debug_info+0x1f: cut"
    assert (error.section, error.offset) == (".debug_info", 0x1F)


def test_missing_memory_says_how_much_and_from_where() -> None:
    error = errors.NotCaptured(0x2000_0010, 4)
    assert str(error) == "4 bytes at 0x20000010 not captured"


def test_a_missing_register_is_named() -> None:
    assert "r4" in str(errors.RegisterUnknown("r4"))


def test_an_unknown_target_offers_the_nearest_names() -> None:
    error = errors.UnknownTarget("stm32g9", nearest=["stm32g0", "stm32g4"])
    assert str(error) == "unknown target 'stm32g9'"
    assert error.hint == "did you mean stm32g0, stm32g4?"


def test_an_unknown_target_like_no_other_has_no_hint() -> None:
    assert errors.UnknownTarget("x", nearest=[]).hint is None


def test_an_unreadable_region_says_which_and_why() -> None:
    error = errors.RegionUnreadable(0x6000_0000, 16, "bus fault")
    assert str(error) == "16 bytes at 0x60000000 cannot be read: bus fault"


@pytest.mark.parametrize(
    "kind",
    [errors.NotCaptured, errors.RegisterUnknown, errors.OptimizedOut, errors.Unsupported],
)
def test_whatever_costs_one_variable_is_unavailable(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.Unavailable)


def test_every_error_of_ours_stands_in_the_tree_of_the_module_docstring() -> None:
    drawn = set((errors.__doc__ or "").split())
    ours = {n for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, Exception)}
    assert ours - drawn == set()
