import pytest

from stackdump_probe.image.types.rust_names import LENGTH_LIMIT, as_written


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("u32", "u32"),
        ("app::Square", "app::Square"),
        ("core::fmt::Error", "Error"),
        ("nb::Error<hal::spi::Error>", "nb::Error<hal::spi::Error>"),
        (
            "Vec<alloc::boxed::Box<dyn app::Shape>, alloc::alloc::Global>",
            "Vec<Box<dyn app::Shape>>",
        ),
        ("(core::num::wrapping::Wrapping<u8>, [app::A; 2])", "(Wrapping<u8>, [app::A; 2])"),
        (
            "&mut dyn core::ops::function::FnMut<(u32), Output=()>",
            "&mut dyn FnMut<(u32), Output=()>",
        ),
        ("Pin<&mut app::run::{async_fn_env#0}>", "Pin<&mut app::run::{async_fn_env#0}>"),
        ("app::{impl#3}::run::{closure_env#0}<u8>", "app::run::{closure_env#0}<u8>"),
        ("<app::A as core::iter::Iterator>::Item", "<app::A as Iterator>::Item"),
        ("<u32 as app::Shape>::{vtable}", "<u32 as app::Shape>::{vtable}"),
        ("fn(app::A) -> core::result::Result<(), app::E>", "fn(app::A) -> Result<(), app::E>"),
        ("core::iter::Map<app::core::Iter, std::vec::Vec<u8>>", "Map<app::core::Iter, Vec<u8>>"),
        ("app::", "app::"),
        ("core::", "core::"),
        ("::", "::"),
    ],
)
def test_modules_of_the_library_are_left_out(name: str, expected: str) -> None:
    assert as_written(name) == expected


def test_a_name_without_end_stays_as_it_is() -> None:
    name = "a::" * LENGTH_LIMIT + "b"
    assert as_written(name) == name
