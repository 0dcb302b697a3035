"""Call frame sections, byte by byte (DWARF 5 section 6.4.1, 7.24; LSB Core 10.6 for .eh_frame)."""

from tests.builders.octets import doublewords, octets, sleb, uleb, words


def a_cie(
    instructions: bytes = b"",
    *,
    version: int = 3,
    augmentation: str = "",
    augmentation_data: bytes = b"",
    code_factor: int = 2,
    data_factor: int = -4,
    return_address: int = 14,
    identity: bytes = words(0xFFFF_FFFF),
    address_size: int = 4,
    segment_size: int = 0,
) -> bytes:
    """A CIE for .debug_frame, without its length; `identity` 0 makes one for .eh_frame."""
    sizes = octets(address_size, segment_size) if version == 4 else b""
    column = octets(return_address) if version == 1 else uleb(return_address)
    data = uleb(len(augmentation_data)) + augmentation_data if augmentation[:1] == "z" else b""
    if augmentation == "eh":
        sizes = words(0)
    return b"".join((
        identity, octets(version), augmentation.encode() + b"\0", sizes, uleb(code_factor),
        sleb(data_factor), column, data, instructions,
    ))  # fmt: skip


def an_fde(instructions: bytes = b"", *, start: int, size: int, cie: int = 0) -> bytes:
    """An FDE for .debug_frame, without its length; `cie` is the offset of its CIE."""
    return words(cie, start, size) + instructions


def entries(*contents: bytes) -> bytes:
    """The entries with their lengths, padded with DW_CFA_nop to words."""
    return b"".join(words(len(each)) + each for each in map(_padded, contents))


def entries_64(*contents: bytes) -> bytes:
    """The entries with 64-bit lengths."""
    return b"".join(words(0xFFFF_FFFF) + doublewords(len(each)) + each for each in contents)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


# DW_CFA_def_cfa r13 0: where every function of GCC and clang starts.
SP_IS_CFA = octets(0x0C, 13, 0)
