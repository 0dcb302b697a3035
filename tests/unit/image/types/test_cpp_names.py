import pytest

from stackdump_probe.image.types.cpp_names import arguments, as_written, components, template

STRING = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Valve", ("Valve",)),
        ("plant::Valve", ("plant", "Valve")),
        ("plant::Line<a::b, 2>::Slot", ("plant", "Line<a::b, 2>", "Slot")),
        ("(anonymous namespace)::open", ("(anonymous namespace)", "open")),
        ("f<&a::b>::{lambda(a::c)}", ("f<&a::b>", "{lambda(a::c)}")),
        ("operator->", ("operator->",)),
        ("", ()),
    ],
)
def test_a_qualified_name_has_components(name: str, parts: tuple[str, ...]) -> None:
    assert components(name) == parts


def test_a_template_is_named_without_its_arguments_and_inline_namespaces() -> None:
    assert template("std::vector<int, std::allocator<int> >") == "std::vector"
    assert template(STRING) == "std::basic_string"
    assert template("std::__1::optional<int>") == "std::optional"
    assert template("plant::__detail::Line<int>") == "plant::__detail::Line"
    assert template("Valve") == "Valve"


def test_what_is_inside_a_template_is_not_the_template() -> None:
    assert template(f"{STRING}::_Alloc_hider") == f"{STRING}::_Alloc_hider"
    assert template("Line<int") == "Line<int"
    assert arguments("Line<int>::Slot") == ()


def test_arguments_are_told_apart_at_their_own_commas() -> None:
    assert arguments("std::map<int, std::pair<int, char> >") == ("int", "std::pair<int, char>")
    assert arguments("std::span<short int, 3>") == ("short int", "3")
    assert arguments("A<(1, 2), f(int, int)>") == ("(1, 2)", "f(int, int)")
    assert arguments("A<int") == arguments("A") == ()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (STRING, "std::string"),
        (f"const {STRING}", "const std::string"),
        ("std::vector<int, std::allocator<int> >", "std::vector<int>"),
        (f"std::tuple<const {STRING}&, int>", "std::tuple<const std::string&, int>"),
        ("std::unique_ptr<Good, std::default_delete<Good> >", "std::unique_ptr<Good>"),
        (f"std::map<int, {STRING}, std::less<int> >", "std::map<int, std::string>"),
        ("std::basic_string_view<char16_t, std::char_traits<char16_t> >", "std::u16string_view"),
        ("std::span<short int, 4294967295>", "std::span<short int>"),
        ("std::span<short int, 3>", "std::span<short int, 3>"),
        ("std::chrono::_V2::steady_clock", "std::chrono::steady_clock"),
        ("std::atomic<std::chrono::_V2::utc>", "std::atomic<std::chrono::utc>"),
        ("std::function<int(int)>", "std::function<int(int)>"),
        ("Line<std::vector<int, std::allocator<int> >, 2>", "Line<std::vector<int>, 2>"),
        (f"{STRING}::_Alloc_hider", "std::string::_Alloc_hider"),
        (
            "std::queue<int, std::deque<int, std::allocator<int> > >",
            "std::queue<int>",
        ),
    ],
)  # fmt: skip
def test_a_type_is_named_as_the_source_writes_it(name: str, written: str) -> None:
    assert as_written(name) == written


@pytest.mark.parametrize(
    "name",
    [
        "std::vector<int, Arena<int>>",
        "std::map<int, char, std::less<int>, Arena<int>>",
        "std::set<int, std::greater<int>>",
        "plant::Line<int, std::allocator<int>>",
        "std::stack<int, std::vector<int>>",
    ],
)
def test_arguments_that_the_author_chose_stay(name: str) -> None:
    assert as_written(name) == name


@pytest.mark.parametrize(
    "name", ["std::a<b", "std::a>b", "std::<<<", "std::a<" * 40, "std::" * 4000]
)
def test_names_that_do_not_balance_stay_as_they_are(name: str) -> None:
    assert as_written(name) == name
