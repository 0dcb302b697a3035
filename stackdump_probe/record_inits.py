"""How records of up to so many fields are made, by the number of the fields.

Each sets the slots of a new object. What sets one is a global of the same letter, of which every
class has its own. To compile them while a program runs takes as long as to load ten modules.
"""
# ruff: noqa: F821
# mypy: disable-error-code="name-defined"

from collections.abc import Callable

# fmt: off
INITS: tuple[Callable[..., None], ...] = (
    lambda self: None,  # noqa: ARG005
    lambda self, a: A(self, a),
    lambda self, a, b: A(self, a) or B(self, b),
    lambda self, a, b, c: A(self, a) or B(self, b) or C(self, c),
    lambda self, a, b, c, d: A(self, a) or B(self, b) or C(self, c) or D(self, d),
    lambda self, a, b, c, d, e: A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e),
    lambda self, a, b, c, d, e, f: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
    ),
    lambda self, a, b, c, d, e, f, g: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g)
    ),
    lambda self, a, b, c, d, e, f, g, h: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h)
    ),
    lambda self, a, b, c, d, e, f, g, h, i: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k, m: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k) or M(self, m)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k, m, n: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k) or M(self, m)
        or N(self, n)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k, m, n, p: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k) or M(self, m)
        or N(self, n) or P(self, p)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k) or M(self, m)
        or N(self, n) or P(self, p) or Q(self, q)
    ),
    lambda self, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r: (
        A(self, a) or B(self, b) or C(self, c) or D(self, d) or E(self, e) or F(self, f)
        or G(self, g) or H(self, h) or I(self, i) or J(self, j) or K(self, k) or M(self, m)
        or N(self, n) or P(self, p) or Q(self, q) or R(self, r)
    ),
)
# fmt: on
