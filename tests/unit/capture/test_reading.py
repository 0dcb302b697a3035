import pytest

from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.reading import CHUNK, GIVE_UP, GRAIN, readable_parts
from stackdump_probe.errors import ConnectError, Interrupted
from tests.builders import a_memory
from tests.builders.probes import FakeProbe

RAM = 0x2000_0000


def read(probe: FakeProbe, start: int, size: int) -> list[tuple[int, bytes]]:
    parts = readable_parts(probe, Region(start, size), lambda _size: None)
    return [(segment.start, bytes(segment.content)) for segment in parts]


def test_a_region_is_read_in_chunks_that_end_at_chunk_boundaries() -> None:
    content = bytes(range(256)) * 40
    probe = FakeProbe(a_memory({RAM + 100: content}))
    parts = read(probe, RAM + 100, len(content))
    assert b"".join(octets for _start, octets in parts) == content
    assert [start for start, _octets in parts] == [RAM + 100, RAM + CHUNK, RAM + 2 * CHUNK]


def test_where_memory_ends_is_found_to_the_grain() -> None:
    probe = FakeProbe(a_memory({RAM: b"a" * (CHUNK + 3 * GRAIN + 1)}))
    parts = read(probe, RAM, 2 * CHUNK)
    assert sum(len(octets) for _start, octets in parts) == CHUNK + 3 * GRAIN
    assert len(probe.reads) < 20


@pytest.mark.parametrize(
    ("hole", "size"), [(0, 4), (1000, 4), (CHUNK - 8, 8), (7 * GRAIN, GRAIN), (300, 2500)]
)
def test_a_hole_in_a_chunk_costs_only_the_grains_that_it_touches(hole: int, size: int) -> None:
    before, behind = b"a" * hole, b"b" * (CHUNK - hole - size)
    probe = FakeProbe(a_memory({RAM: before, RAM + hole + size: behind}))
    parts = read(probe, RAM, CHUNK)
    first, last = hole // GRAIN * GRAIN, -(-(hole + size) // GRAIN) * GRAIN
    ends = {RAM: b"a" * first, RAM + last: b"b" * (CHUNK - last)}
    assert dict(parts) == {start: octets for start, octets in ends.items() if octets}
    assert len(probe.reads) < 40


def test_between_two_holes_of_a_chunk_nothing_is_read() -> None:
    piece = b"a" * 1000
    probe = FakeProbe(a_memory({RAM: piece, RAM + 1500: piece, RAM + 3096: piece}))
    parts = read(probe, RAM, CHUNK)
    assert [start for start, _octets in parts] == [RAM, RAM + CHUNK - 31 * GRAIN]
    assert len(probe.reads) < 40


def test_reading_goes_on_behind_a_hole() -> None:
    probe = FakeProbe(a_memory({RAM: b"a" * CHUNK, RAM + 3 * CHUNK: b"b" * CHUNK}))
    parts = read(probe, RAM, 4 * CHUNK)
    assert [(start, octets[:1]) for start, octets in parts] == [
        (RAM, b"a"),
        (RAM + 3 * CHUNK, b"b"),
    ]


def test_a_long_stretch_of_faults_is_given_up() -> None:
    probe = FakeProbe()
    assert read(probe, RAM, 1 << 24) == []
    tried = {int(call.split()[1], 0) // CHUNK * CHUNK for call in probe.reads}
    assert tried == {RAM + n * CHUNK for n in range(GIVE_UP)}
    assert len(probe.reads) < 10 * GIVE_UP


def test_every_byte_is_reported_as_dealt_with() -> None:
    probe = FakeProbe(a_memory({RAM: bytes(CHUNK)}))
    told: list[int] = []
    list(readable_parts(probe, Region(RAM, 10 * CHUNK), told.append))
    assert sum(told) == 10 * CHUNK


def test_a_dead_link_is_not_taken_for_a_fault() -> None:
    probe = FakeProbe(a_memory({RAM: bytes(CHUNK)}), dies_after=0)
    with pytest.raises(ConnectError):
        read(probe, RAM, CHUNK)


def test_the_listener_may_stop_it_between_chunks() -> None:
    def stop(_size: int) -> None:
        raise Interrupted("stopped")

    probe = FakeProbe(a_memory({RAM: bytes(2 * CHUNK)}))
    with pytest.raises(Interrupted):
        list(readable_parts(probe, Region(RAM, 2 * CHUNK), stop))
    assert len(probe.reads) == 1
