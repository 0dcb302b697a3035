# ruff: noqa: E501 - symbols and names are as long as they are
import pytest

from stackdump_probe.image.demangle.cpp import demangle_cpp

# Symbols of every production of the grammar, as c++filt of binutils 2.40 writes them.
AS_CXXFILT = [
    ("_Z1fv", "f()"),
    ("_Z3fooi", "foo(int)"),
    ("_ZN2ns5Class6methodEv", "ns::Class::method()"),
    ("_ZNK2ns5Class6methodEv", "ns::Class::method() const"),
    ("_ZNVK1A1fEv", "A::f() const volatile"),
    ("_ZNKR1A1fEv", "A::f() const &"),
    ("_ZNO1A1fEv", "A::f() &&"),
    ("_ZSt4cout", "std::cout"),
    ("_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo()"),
    ("_ZL3foov", "foo()"),
    ("_ZN3abcC2Ev", "abc::abc()"),
    ("_ZN3abcD0Ev", "abc::~abc()"),
    ("_ZN3FooIiEC1ERKS0_", "Foo<int>::Foo(Foo<int> const&)"),
    (
        "_ZNSsC1Ev",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string()",
    ),
    ("_ZNSaIcEC1Ev", "std::allocator<char>::allocator()"),
    ("_ZN1A3fooB5cxx11Ev", "A::foo[abi:cxx11]()"),
    ("_ZN1AUt_C1Ev", "A::{unnamed type#1}::A()"),
    (
        "_ZlsRSoRKSs",
        "operator<<(std::basic_ostream<char, std::char_traits<char> >&, std::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)",
    ),
    ("_ZN1AaSERKS_", "A::operator=(A const&)"),
    ("_Znwj", "operator new(unsigned int)"),
    ("_ZdaPv", "operator delete[](void*)"),
    ("_Zli2_xy", 'operator"" _x(unsigned long long)'),
    ("_ZN1AcvbEv", "A::operator bool()"),
    ("_ZN1AcvT_IiEEv", "A::operator int<int>()"),
    ("_ZNK1AssERKS_", "A::operator<=>(A const&) const"),
    ("_Z1fPFvvEM1AFivEM1AKFivEM1Ai", "f(void (*)(), int (A::*)(), int (A::*)() const, int A::*)"),
    ("_Z1fPPFPFivEcE", "f(int (*(**)(char))())"),
    ("_Z3fooIiEPFvT_ES0_", "void (*foo<int>(int))(int)"),
    ("_Z1fRA3_KiPA2_A3_iA4_i", "f(int const (&) [3], int (*) [2][3], int [4])"),
    ("_Z1fPKA3_i", "f(int const (*) [3])"),
    ("_Z1fM1AA3_i", "f(int (A::*) [3])"),
    ("_Z1fPrVKc", "f(char const volatile restrict*)"),
    ("_Z1fDnDaDiDsDuDh", "f(decltype(nullptr), auto, char32_t, char16_t, char8_t, half)"),
    ("_Z1fDv4_iCfGd", "f(int __vector(4), float _Complex, double _Imaginary)"),
    ("_Z1fU5__fooPi", "f(int* __foo)"),
    ("_Z1fDF16_DF32x", "f(_Float16, _Float32x)"),
    ("_Z1fPDoFvvE", "f(void (*)() noexcept)"),
    ("_Z1fPKFvvE", "f(void (*)() const)"),
    ("_Z1fu7my_type", "f(my_type)"),
    (
        "_Z1fabcdefghijlmnostwxyz",
        "f(signed char, bool, char, double, long double, float, __float128, unsigned char, int, unsigned int, long, unsigned long, __int128, unsigned __int128, short, unsigned short, wchar_t, long long, unsigned long long, ...)",
    ),
    ("_Z1fOiRi", "f(int&&, int&)"),
    ("_Z3fooIiEvT_", "void foo<int>(int)"),
    ("_Z1fIiJEEvv", "void f<int>()"),
    ("_Z1fIJidEEvDpOT_", "void f<int, double>(int&&, double&&)"),
    ("_Z1fIRiEvOT_", "void f<int&>(int&)"),
    ("_Z1fIKiEvRKT_", "void f<int const>(int const&)"),
    ("_Z1fIFivEEvPT_", "void f<int ()>(int (*)())"),
    ("_Z1fIA3_iEvRT_", "void f<int [3]>(int (&) [3])"),
    (
        "_Z1fILin5ELj3ELl4ELm5ELx6ELy7ELb1ELb0ELc97ELs3EL1E2ELDnEEvv",
        "void f<-5, 3u, 4l, 5ul, 6ll, 7ull, true, false, (char)97, (short)3, (E)2, decltype(nullptr)>()",
    ),
    ("_Z1fIXLf3f800000EEEvv", "void f<(float)[3f800000]>()"),
    ("_Z1fIXadL_Z1gvEEEvv", "void f<&(g())>()"),
    ("_Z1fIXadL_ZN1A1gEvEEEvv", "void f<&A::g>()"),
    ("_Z1fIXgtLi3ELi2EEEvv", "void f<((3)>(2))>()"),
    ("_Z1fIXntLb1EEEvv", "void f<!(true)>()"),
    ("_ZN1AI1BIiEE1fEv", "A<B<int> >::f()"),
    ("_ZltI1AEbRKT_S3_", "bool operator< <A>(A const&, A const&)"),
    ("_ZZ3foovE1x", "foo()::x"),
    ("_ZZ3foovE1x_0", "foo()::x"),
    ("_ZZ3foovE1x__12_", "foo()::x"),
    ("_ZZ3foovEs", "foo()::string literal"),
    ("_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()() const"),
    ("_ZZ4mainENKUliE0_clEi", "main::{lambda(int)#2}::operator()(int) const"),
    ("_ZZ4mainENKUlT_E_clIiEEDaS_", "auto main::{lambda(auto:1)#1}::operator()<int>(int) const"),
    (
        "_ZZ4mainENKUlDpT_E_clIJiiEEEDaS0_",
        "auto main::{lambda((auto:1)...)#1}::operator()<int, int>(int, int) const",
    ),
    ("_ZZ3fooIiEiT_ENKUlvE_clEv", "foo<int>(int)::{lambda()#1}::operator()() const"),
    ("_ZZN1A1fEiEd0_NKUlvE_clEv", "A::f(int)::{default arg#2}::{lambda()#1}::operator()() const"),
    ("_ZNK3$_0clEv", "$_0::operator()() const"),
    ("_ZN1AMUlvE_clEv", "A::{lambda()#1}::operator()()"),
    ("_ZDC1a1bE", "[a, b]"),
    ("_Z1fIiEDTplfp_fp_ET_S1_", "decltype ({parm#1}+{parm#1}) f<int>(int, int)"),
    ("_Z1fIiEDTcl1gfp_EET_", "decltype (g({parm#1})) f<int>(int)"),
    ("_Z1fILi3EEvRAsr1AIXT_EE5value_i", "void f<3>(int (&) [A<3>::value])"),
    ("_Z1fIiEvDTsrT_1xE", "void f<int>(decltype (int::x))"),
    (
        "_Z1fIiEvNSt9enable_ifIXsr3std7is_sameIT_iEE5valueEE4typeE",
        "void f<int>(std::enable_if<std::is_same<int, int>::value>::type)",
    ),
    (
        "_Z1fIiEvNSt9enable_ifIXsrSt7is_sameIT_iE5valueEvE4typeE",
        "void f<int>(std::enable_if<std::is_same<int, int>::value, void>::type)",
    ),
    ("_Z1fI1AEDTdtfp_1xET_", "decltype ({parm#1}.x) f<A>(A)"),
    ("_Z1fI1AEDTptfp_1xET_", "decltype ({parm#1}->x) f<A>(A)"),
    ("_Z1fI1AEDTcvT_fp_ES1_", "decltype ((A){parm#1}) f<A>(A)"),
    ("_Z1fI1AEDTcvT__EES1_", "decltype ((A)()) f<A>(A)"),
    ("_Z1fI1AEDTnw_T_EES1_", "decltype (new A) f<A>(A)"),
    ("_Z1fI1AEDTnw_T_piEES1_", "decltype (new A()) f<A>(A)"),
    ("_Z1fI1AEDTixfp_Li3EES1_", "decltype ({parm#1}[3]) f<A>(decltype ({parm#1}[3]))"),
    (
        "_Z1fI1AEDTquLb1ELi1ELi2EES1_",
        "decltype ((true)?(1) : (2)) f<A>(decltype ((true)?(1) : (2)))",
    ),
    ("_Z1fI1AEDTscT_fp_ES1_", "decltype (static_cast<A>({parm#1})) f<A>(A)"),
    ("_Z1fI1AEDTppfp_ES1_", "decltype ({parm#1}++) f<A>(decltype ({parm#1}++))"),
    ("_Z1fI1AEDTpp_fp_ES1_", "decltype (++{parm#1}) f<A>(decltype (++{parm#1}))"),
    ("_Z1fIJiiEEDTfrplT_EDpT_", "decltype (((int, int)+...)) f<int, int>(int, int)"),
    ("_Z1fIJiiEEDTflplT_EDpT_", "decltype ((...+(int, int))) f<int, int>(int, int)"),
    ("_Z1fIJiiEEDTfLplT_Li3EEDpT_", "decltype (((int, int)+...+(3))) f<int, int>(int, int)"),
    ("_Z1fIJiiEEvAsZT__i", "void f<int, int>(int [2])"),
    ("_Z1fIJiiEEvAsPDpT_E_i", "void f<int, int>(int [2])"),
    ("_Z1fI1AEDTilfp_Li3EEES1_", "decltype ({{parm#1}, 3}) f<A>(decltype ({{parm#1}, 3}))"),
    ("_Z1fI1AEDTtlT_Li3EEES1_", "decltype (A{3}) f<A>(A)"),
    ("_Z1fI1AEDTcldtfp_1gEES1_", "decltype (({parm#1}.g)()) f<A>(decltype (({parm#1}.g)()))"),
    (
        "_Z1fI1AEDTcl1gIiEfp_EES1_",
        "decltype ((g<int>)({parm#1})) f<A>(decltype ((g<int>)({parm#1})))",
    ),
    ("_Z1fI1AEDTclL_Z1gvEEES1_", "decltype (g()) f<A>(decltype (g()))"),
    ("_Z1fI1AEDTstT_ES1_", "decltype (sizeof (A)) f<A>(A)"),
    ("_Z1fI1AEDTszfp_ES1_", "decltype (sizeof {parm#1}) f<A>(decltype (sizeof {parm#1}))"),
    ("_Z1fI1AEDTatT_ES1_", "decltype (alignof (A)) f<A>(decltype (alignof (A)))"),
    ("_Z1fI1AEDTgs1xES1_", "decltype (::x) f<A>(decltype (::x))"),
    ("_Z1fI1AEDTdefpTES1_", "decltype (*this) f<A>(decltype (*this))"),
    ("_Z1fI1AEDTtwfp_ES1_", "decltype (throw {parm#1}) f<A>(decltype (throw {parm#1}))"),
    ("_Z1fI1AEDTtrES1_", "decltype (throw) f<A>(decltype (throw))"),
    (
        "_Z1fI1AEDTclonplfp_fp_EES1_",
        "decltype ((operator+)({parm#1}, {parm#1})) f<A>(decltype ((operator+)({parm#1}, {parm#1})))",
    ),
    ("_ZTVN1AE", "vtable for A"),
    ("_ZTT1A", "VTT for A"),
    ("_ZTI1A", "typeinfo for A"),
    ("_ZTS1A", "typeinfo name for A"),
    ("_ZTIPFvvE", "typeinfo for void (*)()"),
    ("_ZTCN1AE0_1B", "construction vtable for B-in-A"),
    ("_ZThn8_N1A1fEv", "non-virtual thunk to A::f()"),
    ("_ZTv0_n12_N1A1fEv", "virtual thunk to A::f()"),
    ("_ZTch0_h4_N1A1fEv", "covariant return thunk to A::f()"),
    ("_ZTcv0_n12_v0_n24_N1A1fEv", "covariant return thunk to A::f()"),
    ("_ZGVZ3foovE1x", "guard variable for foo()::x"),
    ("_ZGRZ3foovE1x_", "reference temporary #0 for foo()::x"),
    ("_ZTW1x", "TLS wrapper function for x"),
    ("_ZTH1x", "TLS init function for x"),
    ("_ZGTtN1A1fEv", "transaction clone for A::f()"),
    ("_ZTAXtl1ALi1EEE", "template parameter object for A{1}"),
    ("_Z3fooi.isra.0", "foo(int) [clone .isra.0]"),
    ("_Z3fooi.part.0.cold", "foo(int) [clone .part.0] [clone .cold]"),
    ("_Z3fooi.constprop.0.isra.1", "foo(int) [clone .constprop.0] [clone .isra.1]"),
    ("_Z3fooi.lto_priv.0", "foo(int) [clone .lto_priv.0]"),
    ("_Z3fooi.123", "foo(int) [clone .123]"),
    ("_Z1fIN1AUt_EEvT_", "void f<A::{unnamed type#1}>(A::{unnamed type#1})"),
    ("_Z1fIZ4mainEUlvE_EvT_", "void f<main::{lambda()#1}>(main::{lambda()#1})"),
    (
        "_ZN5boost6detailC1INS0_3fooEEET_",
        "boost::detail::detail<boost::detail::foo>(boost::detail::foo)",
    ),
    (
        "_ZNSt15__uniq_ptr_dataI1ASt14default_deleteIS0_ELb1ELb1EECI2St15__uniq_ptr_implIS0_S2_EEv",
        "std::__uniq_ptr_data<A, std::default_delete<A>, true, true>::__uniq_ptr_impl()",
    ),
    ("_Z3fooIiEPA3_iT_", "int (*foo<int>(int)) [3]"),
    ("_Z3fooIiERFvT_ES0_", "void (&foo<int>(int))(int)"),
    ("_Z3fooIiEM1AFvvET_", "void (A::*foo<int>(int))()"),
    ("_Z1fPFPA3_ivE", "f(int (*(*)()) [3])"),
    ("_Z1fPFM1AFvvEvE", "f(void (A::*(*)())())"),
    ("_ZZ1fvE1A", "f()::A"),
    ("_Z1fI1AEDTnw_T_ilLi3EEES1_", "decltype (new A{3}) f<A>(A)"),
    ("_Z1fI1AEDTnwLi3E_T_EES1_", "decltype (new (3) A) f<A>(A)"),
    ("_ZZZ3fooIiEvvENKUlvE_clEvE1x", "foo<int>()::{lambda()#1}::operator()() const::x"),
    ("_ZZZ1fvENKUlT_E_clIiEEDaS_E1x", "f()::{lambda(auto:1)#1}::operator()<int>(int) const::x"),
    ("_Zv13fooi", "operator foo(int)"),
    ("_ZNSt3fooB5cxx113barEv", "std::foo[abi:cxx11]::bar()"),
    (
        "_Z1fSsB5cxx11",
        "f(std::basic_string<char, std::char_traits<char>, std::allocator<char> >[abi:cxx11])",
    ),
    ("_Z1fPDxFvvE", "f(void (*)() transaction_safe)"),
    ("_Z1fPDOLb1EEFvvE", "f(void (*)() noexcept(true))"),
    ("_Z1fPDwiEFvvE", "f(void (*)() throw(int))"),
    ("_Z1fPFvvRE", "f(void (*)() &)"),
    ("_Z1fPFvvOE", "f(void (*)() &&)"),
    ("_Z1fPA_i", "f(int (*) [])"),
    ("_Z1fI1AiEvT_IT0_E", "void f<A, int>(A<int>)"),
    ("_Z1fISt6vectorEvT_IiE", "void f<std::vector>(std::vector<int>)"),
    ("_ZN1AcvT_IiEIS_EEv", "A::operator A<int><A>()"),
    ("_ZN1AcvT_IiEIiEEv", "A::operator int<int><int>()"),
    ("_Z1fSbIcE", "f(std::basic_string<char>)"),
    ("_Z1fSt6vectorIiE", "f(std::vector<int>)"),
    ("_Z1fIS_E", "f<f>"),
    ("_Z1f3FooS_IiE", "f(Foo, Foo<int>)"),
    ("_Z1f3FooIiES_IcE", "f(Foo<int>, Foo<char>)"),
    ("_Z1fDF16b", "f(std::bfloat16_t)"),
    ("_Z1fIiEvNT_4typeE", "void f<int>(int::type)"),
    ("_Z1fIiEvNDTfp_E4typeE", "void f<int>(decltype ({parm#1})::type)"),
    ("_Z1fI1AEvNDTtlT_EE4typeE", "void f<A>(decltype (A{})::type)"),
    ("_ZTv0_n12_NK1A1fEv", "virtual thunk to A::f() const"),
    ("_ZNK1A1fEv.cold", "A::f() const [clone .cold]"),
    ("_Z1fDwiEFvvE", "f(void () throw(int))"),
    ("_Z1fIJiEEvDpRKT_", "void f<int>(int const&)"),
    ("_Z1fSt3fooIiES0_", "f(std::foo<int>, std::foo<int>)"),
    ("_ZSt3fooIiEvv", "void std::foo<int>()"),
    (
        "_ZNSs3fooEv",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::foo()",
    ),
    (
        "_ZNKSs4sizeEv",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::size() const",
    ),
    ("_Z1fNSt3fooE", "f(std::foo)"),
    ("_Z1fM1AKFvvRE", "f(void (A::*)() const &)"),
    ("_Z1fIiEvDTsrNT_1xE1yE", "void f<int>(decltype (int::x::y))"),
    ("_Z1fIiEDTsr1AIT_E1xES1_", "decltype (A<int>::x) f<int>(int)"),
    ("_Z1fIiEDTsrT_onplIiEES0_", "decltype (int::operator+<int>) f<int>(int)"),
    (
        "_Z1fIiEDTdtfp_onplES0_",
        "decltype ({parm#1}.(operator+)) f<int>(decltype ({parm#1}.(operator+)))",
    ),
    ("_Z1fIiEDTccPKcfp_ES1_", "decltype (const_cast<char const*>({parm#1})) f<int>(char const*)"),
    (
        "_Z1fIiEDTrcPKcfp_ES1_",
        "decltype (reinterpret_cast<char const*>({parm#1})) f<int>(char const*)",
    ),
    (
        "_Z1fIiEDTclsrT_4funcfp_EES1_",
        "decltype (int::func({parm#1})) f<int>(decltype (int::func({parm#1})))",
    ),
    ("_ZSaIcE", "std::allocator<char>"),
    ("_ZSs", "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"),
    ("_Z1fNK1A1BE", "f(A::B const)"),
    ("_Z1fPDoDxFvvE", "f(void (*)() transaction_safe noexcept)"),
]


@pytest.mark.parametrize(("symbol", "name"), AS_CXXFILT, ids=[each for each, _ in AS_CXXFILT])
def test_a_symbol_is_written_as_binutils_writes_it(symbol: str, name: str) -> None:
    assert demangle_cpp(symbol) == name


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("_Z3fooi", "foo"),
        ("_ZNK2ns5ClassIiE6methodEi", "ns::Class<int>::method"),
        ("_Z3fooIiEvT_", "foo<int>"),
        ("_ZN3FooIiEC1ERKS0_", "Foo<int>::Foo"),
        ("_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo"),
        ("_ZZ4mainENKUliE0_clEi", "main::{lambda(int)#2}::operator()"),
        ("_ZZ3fooiE1x", "foo(int)::x"),
        ("_ZZN1A1fEvEN5Local1hEi", "A::f()::Local::h"),
        ("_ZThn8_N1A1fEv", "non-virtual thunk to A::f"),
        ("_ZN1AcvT_IiEEv", "A::operator int<int>"),
        ("_Z3fooi.isra.0", "foo"),
        ("_ZTV1A", "vtable for A"),
        ("_ZlsRSoRKSs", "operator<<"),
    ],
)
def test_a_function_may_be_named_without_its_parameters(symbol: str, name: str) -> None:
    assert demangle_cpp(symbol, parameters=False) == name


def test_what_binutils_cannot_write_is_written_as_the_grammar_has_it() -> None:
    assert demangle_cpp("_Z1fI1AEDTnxfp_ES1_") == (
        "decltype (noexcept ({parm#1})) f<A>(decltype (noexcept ({parm#1})))"
    )
    assert demangle_cpp("_Z1fI1AEDTfL0p_ES1_") == "decltype ({parm#1}) f<A>(decltype ({parm#1}))"
    assert demangle_cpp("_Z1fIiEvTL0__") == "void f<int>(int)"
    assert demangle_cpp("_Z1fu3fooIiE") == "f(foo<int>)"
    assert demangle_cpp("_ZGR1x0_") == "reference temporary #1 for x"


@pytest.mark.parametrize(
    "symbol",
    [
        "", "_", "_Z", "main", "Z3foov", "_Y3foov", "__Z3foov",
        "_Z3fo", "_Z0v", "_Z9999999999av", "_Zv", "_Z?", "_Zqq", "_ZN1A", "_ZN1AE1", "_ZNE", "_ZNIiEE",
        "_Z3foo.cold", "_Z3fooi$x", "_Z3fooi.", "_Z3fooi.X", "_Z3fooiX",
        "_Z1fS_", "_Z1fS99_", "_Z1fS0", "_Z1fSz", "_Z1fS!_", "_Z1fSZZZZZZZ_", "_Z1fT_", "_Z1fIiEvT0_", "_Z1fIJiEEvPT_T0_",
        "_Z1fILi", "_Z1fILiEEvv", "_Z1fIXplLi1EEEvv", "_Z1fIXqqLi1EEEvv", "_Z1fIXnwqEEvv",
        "_Z1fA", "_Z1fA3i", "_Z1fM1A", "_Z1fDz", "_Z1fDF_", "_Z1fDt", "_ZZ4main", "_ZZ4mainE",
        "_ZNC1Ev", "_ZN1AC9Ev", "_ZT?", "_ZTh1A", "_ZGX", "_ZUlvE", "_ZN1AUliEv", "_ZDC1a", "_ZDTfp_EC1Ev",
        "_Z1fIXflqqT_EEvv", "_Z1fIXsZT_EEvv", "_Z1fIXfLqqT_T_EEvv", "_Z1fIXnw_ixEEvv", "_ZNT_C1Ev",
        "_Z1fIJiEJEEvDpDpT_T0_", "_Z1fIJiiEJiEEvDpSt4pairIT_T0_E",
    ],
)  # fmt: skip
def test_what_breaks_the_grammar_has_no_name(symbol: str) -> None:
    assert demangle_cpp(symbol) is None


@pytest.mark.parametrize(
    "symbol",
    [
        "_Z1f" + "P" * 100_000 + "i",
        "_Z1f" + "K" * 100_000 + "i",
        "_Z1f" + "N" * 100_000,
        "_Z1fI" + "I" * 100_000,
        "_Z" + "Z" * 100_000,
        "_Z1fIX" + "nt" * 50_000,
        "_Z1fIX" + "sp" * 50_000,
        "_Zcv" * 30_000,
        "_Z1f" + "1a" * 100_000,
        "_Z1fI" + "i" * 100_000 + "EvT_",
        "_Z1f" + "M1a" * 30_000,
        "_ZN" + "1a" * 100_000 + "E",
    ],
)
def test_a_symbol_of_any_length_and_depth_ends(symbol: str) -> None:
    assert demangle_cpp(symbol) is None


def test_a_symbol_that_doubles_with_every_part_ends() -> None:
    pairs = "".join(f"1pIS{previous}_S{previous}_E" for previous in "13579BDFHJLNPRTVXZ")
    assert demangle_cpp(f"_Z1f1a1bIS_S_E{pairs[:30]}") is not None
    assert demangle_cpp(f"_Z1f1a1bIS_S_E{pairs}") is None
