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


def test_a_fault_costs_what_follows_in_the_chunk_to_the_grain() -> None:
    probe = FakeProbe(a_memory({RAM: b"a" * (CHUNK + 3 * GRAIN + 1)}))
    parts = read(probe, RAM, 2 * CHUNK)
    assert sum(len(octets) for _start, octets in parts) == CHUNK + 3 * GRAIN


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
    tried = {call.split()[1] for call in probe.reads}
    assert tried == {f"{RAM + n * CHUNK:#010x}" for n in range(GIVE_UP)}


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
