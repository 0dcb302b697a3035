# ruff: noqa: E501 - symbols and names are as long as they are
import pytest

from stackdump_probe.image.demangle.rust import demangle_rust, is_legacy_rust

# From the tests of rustc-demangle, each with what its alternate format `{:#}` gives.
LEGACY = [
    ("_ZN4testE", "test"),
    ("_ZN4test1a2bcE", "test::a::bc"),
    ("_ZN4$RP$E", ")"),
    ("_ZN8$RF$testE", "&test"),
    ("_ZN8$BP$test4foobE", "*test::foob"),
    ("_ZN9$u20$test4foobE", " test::foob"),
    ("_ZN35Bar$LT$$u5b$u32$u3b$$u20$4$u5d$$GT$E", "Bar<[u32; 4]>"),
    ("_ZN13test$u20$test4foobE", "test test::foob"),
    ("_ZN12test$BP$test4foobE", "test*test::foob"),
    ("_ZN13_$LT$test$GT$E", "<test>"),
    ("_ZN28_$u7b$$u7b$closure$u7d$$u7d$E", "{{closure}}"),
    ("_ZN15__STATIC_FMTSTRE", "__STATIC_FMTSTR"),
    (
        "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3barE",
        "<Test + 'static as foo::Bar<Test>>::bar",
    ),
    ("_ZN3foo17h05af221e174051e9E", "foo"),
    ("_ZN3fooE", "foo"),
    ("_ZN3foo3barE", "foo::bar"),
    ("_ZN3foo20h05af221e174051e9abcE", "foo"),
    ("_ZN3foo5h05afE", "foo"),
    ("_ZN17h05af221e174051e93fooE", "h05af221e174051e9::foo"),
    ("_ZN3foo16ffaf221e174051e9E", "foo::ffaf221e174051e9"),
    ("_ZN3foo17hg5af221e174051e9E", "foo::hg5af221e174051e9"),
    ("_ZN3fooE.llvm.9D1C9369", "foo"),
    ("_ZN3fooE.llvm.9D1C9369@@16", "foo"),
    ("_ZN9backtrace3foo17hbb467fcdaea5d79bE.llvm.A5310EB9", "backtrace::foo"),
    ("_ZN4core5slice77_$LT$impl$u20$core..ops..index..IndexMut$LT$I$GT$$u20$for$u20$$u5b$T$u5d$$GT$9index_mut17haf9727c2edfbc47bE.exit.i.i", "core::slice::<impl core::ops::index::IndexMut<I> for [T]>::index_mut.exit.i.i"),
    ("_ZN3foo6$u41$bE", "foo::Ab"),
    ("_ZN3foo3a.bE", "foo::a.b"),
    ("_ZN3foo4$XX$E", "foo::$XX$"),
    ("_ZN3foo3a$bE", "foo::a$b"),
    ("_ZN3foo5$u7f$E", "foo::$u7f$"),
    ("_ZN3foo7$ud800$E", "foo::$ud800$"),
]  # fmt: skip

V0 = [
    ("_RNvC6_123foo3bar", "123foo::bar"),
    ("_RC4f128", "f128"),
    ("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y", "utf8_idents::საჭმელად_გემრიელი_სადილი"),
    ("_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}"),
    (
        "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_",
        "<core::slice::Iter<u8> as core::iter::iterator::Iterator>::rposition::<core::slice::memchr::memrchr::{closure#1}>::{closure#0}",
    ),
    (
        "_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std",
        "alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>",
    ),
    ("_RNvYNtC3foo3BarNtB4_5Trait3baz", "<foo::Bar as foo::Trait>::baz"),
    ("_RNSC3foo6vtable", "foo::{shim:vtable#0}"),
    ("_RNXC3foos_3bar", "foo::{X:bar#1}"),
    ("_RNvMINtC1a1bFG_RL0_hEuEh3foo", "<u8>::foo"),
    ("_RC3foo.llvm.xyz", "foo.llvm.xyz"),
    ("_RC3foo.llvm.9D1C9369", "foo"),
    ("_RC3foo.llvm.9D1C9369@@16", "foo"),
    ("_RNvC9backtrace3foo.llvm.A5310EB9", "backtrace::foo"),
    (
        "_RNvNtNtNtNtCs92dm3009vxr_4rand4rngs7adapter9reseeding4fork23FORK_HANDLER_REGISTERED.0.0",
        "rand::rngs::adapter::reseeding::fork::FORK_HANDLER_REGISTERED.0.0",
    ),
]  # fmt: skip

# Types, as the argument of an inherent impl: <...>.
TYPES = [
    ("b", "bool"),
    ("Rh", "&u8"),
    ("QL_h", "&mut u8"),
    ("Pm", "*const u32"),
    ("Om", "*mut u32"),
    ("Ajj4_", "[usize; 4]"),
    ("Ajp", "[usize; _]"),
    ("Sm", "[u32]"),
    ("TE", "()"),
    ("TmE", "(u32,)"),
    ("TmhE", "(u32, u8)"),
    ("z", "!"),
    ("FEu", "fn()"),
    ("FhEm", "fn(u8) -> u32"),
    ("FUKCEu", 'unsafe extern "C" fn()'),
    ("FK8avr_testEu", 'extern "avr-test" fn()'),
    ("FG_RL0_hEu", "for<'a> fn(&'a u8)"),
    ("FG0_RL1_hRL0_hEu", "for<'a, 'b> fn(&'a u8, &'b u8)"),
    ("DNtC5krate5TraitEL_", "dyn krate::Trait"),
    ("FG_DNtC5krate5TraitEL0_Eu", "for<'a> fn(dyn krate::Trait + 'a)"),
    (
        "TDINtC5krate5TraithEp1ThEL_DB5_p1UtEL_E",
        "(dyn krate::Trait<u8, T = u8>, dyn krate::Trait<U = u16>)",
    ),
    ("DG_INtC5krate5TraitRL0_hEEL_", "dyn for<'a> krate::Trait<&'a u8>"),
    ("DNtC5krate5TraitNtB5_4SendEL_", "dyn krate::Trait + krate::Send"),
    ("DNtC5krate5Traitp1NKj0_EL_", "dyn krate::Trait<N = 0>"),
    ("WmRm1_m9_", "u32 is 1..=9"),
    ("WmORm1_m2_Rm5_m6_E", "u32 is 1..=2 | 5..=6"),
    ("WPmN", "*const u32 is !null"),
    ("INtC8arrayvec8ArrayVechKj7b_E", "arrayvec::ArrayVec<u8, 123>"),
    ("INtC1a1bL_E", "a::b<'_>"),
]  # fmt: skip

# Constants, as a generic argument: ::<...>.
CONSTANTS = [
    ("p", "_"),
    ("hb_", "11"),
    ("off00ff00ff00ff00ff_", "0xff00ff00ff00ff00ff"),
    ("s98_", "152"),
    ("anb_", "-11"),
    ("h_", "0"),
    ("b0_", "false"),
    ("b1_", "true"),
    ("c76_", "'v'"),
    ("c22_", "'\"'"),
    ("c27_", r"'\''"),
    ("ca_", r"'\n'"),
    ("c2202_", "'∂'"),
    ("c7f_", r"'\u{7f}'"),
    ("e616263_", '{*"abc"}'),
    ("e27_", '{*"\'"}'),
    ("e090a_", r'{*"\t\n"}'),
    ("ee28882c3bc_", '{*"∂ü"}'),
    ("Re616263_", '"abc"'),
    ("Rp", "{&_}"),
    ("Rh7b_", "{&123}"),
    ("Rb0_", "{&false}"),
    ("Rc58_", "{&'X'}"),
    ("RRRh0_", "{&&&0}"),
    ("RRRe_", '{&&""}'),
    ("QAE", "{&mut []}"),
    ("AE", "{[]}"),
    ("Ah1_h2_h3_E", "{[1, 2, 3]}"),
    ("ARe61_Re62_Re63_E", '{["a", "b", "c"]}'),
    ("AAh1_h2_EAh3_h4_EE", "{[[1, 2], [3, 4]]}"),
    ("TE", "{()}"),
    ("Tj0_E", "{(0,)}"),
    ("Th1_b0_E", "{(1, false)}"),
    ("TRe616263_c78_RAh1_h2_h3_EE", "{(\"abc\", 'x', &[1, 2, 3])}"),
    ("VNvINtNtC4core6option6OptionjE4NoneU", "{core::option::Option::<usize>::None}"),
    ("VNvINtNtC4core6option6OptionjE4SomeTj0_E", "{core::option::Option::<usize>::Some(0)}"),
    (
        "VNtC3foo3BarS1sRe616263_2chc78_5sliceRAh1_h2_h3_EE",
        "{foo::Bar { s: \"abc\", ch: 'x', slice: &[1, 2, 3] }}",
    ),
    ("TRh1_B4_E", "{(&1, &1)}"),
]


@pytest.mark.parametrize(("symbol", "name"), LEGACY + V0)
def test_a_symbol_is_written_as_rustc_demangle_writes_it(symbol: str, name: str) -> None:
    assert demangle_rust(symbol) == name


@pytest.mark.parametrize(("mangled", "name"), TYPES)
def test_a_type_is_written_as_in_the_source(mangled: str, name: str) -> None:
    assert demangle_rust(f"_RMC0{mangled}") == f"<{name}>"


@pytest.mark.parametrize(("mangled", "name"), CONSTANTS)
def test_a_constant_is_written_as_in_the_source(mangled: str, name: str) -> None:
    assert demangle_rust(f"_RIC0K{mangled}E") == f"::<{name}>"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
        ("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo", "<mycrate::Example>::foo"),
        (
            "_RNvXCs4Cv8Wi1oAIB_7mycrateNtB2_7ExampleNtB2_5Trait3foo",
            "<mycrate::Example as mycrate::Trait>::foo",
        ),
        ("_RINvCs1234_7mycrate3foommEB2_", "mycrate::foo::<u32, u32>"),
        ("_RNvCs4fqI2P2rA04_7mycrateu8gdel_5qa", "mycrate::gödel"),
    ],
)
def test_symbols_of_the_rfc_have_their_names(symbol: str, name: str) -> None:
    assert demangle_rust(symbol) == name


def test_a_name_whose_punycode_is_damaged_is_shown_as_it_is() -> None:
    assert demangle_rust("_RNvC1au3b_A") == "a::punycode{b-A}"
    assert demangle_rust("_RNvC1au3z99") == "a::punycode{z99}"


def test_lifetimes_beyond_the_alphabet_are_numbered() -> None:
    name = demangle_rust("_RMC0FGo_RL_hRL0_hRLp_hEu")
    assert name is not None
    assert name.startswith("<for<'a, 'b, ")
    assert name.endswith("'z> fn(&u8, &'z u8, &'a u8)>")
    longer = demangle_rust("_RMC0FGp_RL0_hEu")
    assert longer is not None
    assert longer.endswith("'z, '_26> fn(&'_26 u8)>")


@pytest.mark.parametrize(
    "symbol",
    [
        "", "test", "_ZN4test", "_ZN", "_ZNE4", "_ZN4testEx", "_ZN4testE.a b", "_ZN1234567aE", "_ZNaE",
        "_ZN4t\xe4stE", "_ZN3fooE$", "ZN4testE", "__ZN4testE",
        "_R", "_R0C3foo", "_Rc3foo", "_RZ", "_RC", "_RC3fo", "_RC00foo", "_RC1234567a", "_RCs", "_RCs!_3foo",
        "_RNvC3foo", "_RN1C3foo3bar", "_RNvB_3foo", "_RNvBz_3foo", "_RIC3foo", "_RIC3fooK", "_RIC3fooKX", "_RIC3fooL",
        "_RMC0", "_RMC0R", "_RMC0DE", "_RMC0DEm", "_RMC0WmX", "_RMC0FK0Eu", "_RMC0RL0_h", "_RMC0Aj",
        "_RIC0Kb2_E", "_RIC0KcX_E", "_RIC0Kcd800_E", "_RIC0Kc110000_E", "_RIC0Kc11111111111111111_E",
        "_RIC0Kef_E", "_RIC0Keff_E", "_RIC0KVC3fooXE", "_RIC0KVC3fooT", "_RC1au_", "_RC1au0_",
        "_RCu2_b_", "_RCu0", "_RNvCsZZZZZZZZZZZZZZZZZ_1a1b", "_RNvC1au1_",
    ],
)  # fmt: skip
def test_what_is_no_symbol_of_rust_has_no_name(symbol: str) -> None:
    assert demangle_rust(symbol) is None


@pytest.mark.parametrize(
    "symbol",
    [
        "_RMC0" + "R" * 100_000 + "h",
        "_RMC0" + "T" * 100_000,
        "_R" + "Nv" * 100_000,
        "_RIC0K" + "A" * 100_000,
        "_RMC0W" + "O" * 100_000,
        "_RMC0FGzzzzzz_Eu",
        "_ZN" + "1a" * 100_000,
        "_RMC0T" + "m" * 100_000 + "E",
        "_RC" + "9" * 100_000,
        "_RIC0K" + "h" + "f" * 100_000,
    ],
)
def test_a_symbol_of_any_length_and_depth_ends(symbol: str) -> None:
    assert demangle_rust(symbol) is None


def test_a_symbol_that_doubles_with_every_part_ends() -> None:
    # Each tuple holds itself so far twice: 2**20 copies of the innermost type.
    depth = 20
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    references = "".join(f"B{digits[2 + depth - index]}_E" for index in range(1, depth + 1))
    assert demangle_rust("_RMC0" + "T" * depth + "p" + references) is None
    assert demangle_rust("_RMC0TTTpB5_EB4_EB3_E") == "<(((_, _), (_, _)), ((_, _), (_, _)))>"


def test_a_back_reference_into_what_it_stands_in_ends() -> None:
    assert demangle_rust("_RMC0TB2_E") is None


@pytest.mark.parametrize(
    ("symbol", "is_rust"),
    [
        ("_ZN3foo17h05af221e174051e9E", True),
        ("_ZN3foo17h05af221e174051e9E.llvm.123", True),
        ("_ZN3foo3barEv", False),
        ("_ZN3foo17h05af221e174051egE", False),
        ("_ZN3foo17h05af221e174051e9", False),
        ("_ZN3foo3bar17h", False),
        ("_RNvC3foo3bar", False),
    ],
)
def test_a_hash_tells_rust_from_cpp(symbol: str, is_rust: bool) -> None:
    assert is_legacy_rust(symbol) == is_rust
