"""What Thumb instructions do to registers, the stack and the flow of control."""

from stackdump_probe.record import Record

Slots = tuple[tuple[str, int], ...]


class Load(Record):
    """Each register of `slots` from `base` + its offset; then `base` moves by `advance`."""

    slots: Slots
    base: str
    advance: int = 0


class Store(Record):
    """Each register of `slots` to `base` + its offset; then `base` moves by `advance`."""

    slots: Slots
    base: str
    advance: int = 0


class Fetch(Record):
    """`target` becomes the `width` bytes at `base` + `offset`, or at `base` + `index` scaled."""

    target: str
    base: str
    width: int
    offset: int = 0
    index: str | None = None


class Literal(Record):
    """`target` becomes the word at `address`, which lies in the code."""

    target: str
    address: int


class Constant(Record):
    """`target` becomes `number`."""

    target: str
    number: int


class Insert(Record):
    """The upper half of `target` becomes `number`."""

    target: str
    number: int


class Add(Record):
    """`target` becomes `source` + `amount`."""

    target: str
    source: str
    amount: int


class Combine(Record):
    """`target` becomes `left` (0 if None) + `sign` * `right`."""

    target: str
    left: str | None
    right: str
    sign: int = 1


class Shift(Record):
    """`target` becomes `source` shifted left by `amount` bits."""

    target: str
    source: str
    amount: int


class Relocate(Record):
    """`target`, an offset, becomes an address: `origin` is added to it."""

    target: str
    origin: int


class Jump(Record):
    """A branch to `target`, or to what `register` holds, or to what is not known here."""

    target: int | None = None
    register: str | None = None
    is_conditional: bool = False


class TableJump(Record):
    """A branch by a table of offsets, each of `width` bytes and counting halfwords.

    They count from `origin`, where the table begins also; or `register` holds twice the offset,
    and where that was fetched the table begins.
    """

    origin: int
    width: int = 0
    register: str | None = None


class Call(Record):
    """A branch that leaves the address behind it in lr; `target` is where, if it is known."""

    target: int | None = None


class IfThen(Record):
    """Makes as many next instructions conditional as there are `conditions`, of 4 bits each."""

    conditions: tuple[int, ...]


class Trap(Record):
    """Stops here; a handler or a debugger may go on behind it."""


class Other(Record):
    """Anything else; all that it changes are the registers that it `writes`."""

    writes: tuple[str, ...] = ()


Operation = (
    Load | Store | Fetch | Literal | Constant | Insert | Add | Combine | Shift | Relocate
    | Jump | TableJump | Call | IfThen | Trap | Other
)  # fmt: skip
