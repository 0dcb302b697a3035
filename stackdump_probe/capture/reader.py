"""What was read so far, so that nothing is lost when reading ends early."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from stackdump_probe.arch.debug import DHCSR
from stackdump_probe.capture import plan
from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.probe import Probe
from stackdump_probe.capture.reading import CHUNK, readable_parts
from stackdump_probe.errors import ConnectError, Interrupted, NotCaptured, StateLost
from stackdump_probe.memory import LIVE, Memory, Segment

Progress = Callable[[int, int], None]


class Reader:
    """Reads what does not change, what is of one moment, and what is live, and keeps them apart."""

    def __init__(self, probe: Probe, progress: Progress) -> None:
        self.probe = probe
        self.progress = progress
        self.words: dict[str, int] = {}
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self._total = 0  # bytes that the listener is told of
        self._done = 0
        self._segments: list[Segment] = []
        self._unsettled: list[Segment] = []  # of one moment, if no reset came
        self._tried: list[Region] = []

    def pause(self, just_done: int = 0) -> None:
        """Tell the listener how far we are, which may end the capture."""
        self._done += just_done
        self.progress(min(self._done, self._total), self._total)

    def expect(self, regions: Iterable[Region]) -> None:
        """The listener shall hear of these."""
        self._total = sum(region.size for region in plan.without_overlap(regions, self._tried))

    def registers(self, selectors: dict[str, int]) -> None:
        """Read core registers of the halted core."""
        values = self.probe.core_registers(list(selectors.values()))
        self.words |= dict(zip(selectors, values, strict=True))
        self.pause()

    def fp_registers(self) -> None:
        """Read s0-s31 and fpscr; a core that refuses them costs only them."""
        try:
            self.registers(plan.fp_names())
        except StateLost:
            raise
        except ConnectError as error:
            self.warnings.append(f"no floating-point registers: {error}")

    def status(self, dhcsr: int) -> None:
        """DHCSR is kept as it was before the halt."""
        self._unsettled.append(Segment(DHCSR, dhcsr.to_bytes(4, "little")))

    def flash(self, regions: Iterable[Region], *, is_last_try: bool = False) -> None:
        """Read what does not change, whether the core runs or not.

        What cannot be read is left for another try, and told only of the last.
        """
        for region in plan.without_overlap(regions, self._tried):
            read = tuple(readable_parts(self.probe, region, lambda _size: self.pause()))
            if is_last_try or sum(len(segment.content) for segment in read) == region.size:
                self._tried.append(region)
                self._segments += read
                self._tell_of_gaps(read, region)

    def moment(self, regions: Iterable[Region], *, counted: bool = False) -> None:
        """Read memory of the halted core; what cannot be read becomes a warning."""
        for region in plan.without_overlap(regions, self._tried):
            self._tried.append(region)
            read = []
            for segment in self._parts(region, counted):
                read.append(segment)
                self._unsettled.append(segment)
                if sum(len(each.content) for each in self._unsettled) >= CHUNK:
                    self._confirm()
            self._tell_of_gaps(read, region)

    def live(self, regions: Iterable[Region]) -> None:
        """Read memory while the core runs, and mark it as such."""
        for region in plan.without_overlap(regions, self._tried):
            self._tried.append(region)
            read = [Segment(s.start, s.content, LIVE) for s in self._parts(region, True)]
            self._segments += read
            self._tell_of_gaps(read, region)

    def settle(
        self, cut_short: ConnectError | Interrupted | None
    ) -> ConnectError | Interrupted | None:
        """The core is about to run: what was read of it is of one moment, or dropped.

        Returns what ended the reading, which may be found out only here.
        """
        if not isinstance(cut_short, ConnectError):
            try:
                self._confirm()
            except StateLost as error:
                cut_short = error
            except ConnectError as error:
                cut_short = cut_short or error
        if not isinstance(cut_short, StateLost):
            self._segments += self._unsettled
        self._unsettled.clear()
        return cut_short

    def word(self, address: int) -> int | None:
        """A word of what was read."""
        try:
            return self.memory().u32(address)
        except NotCaptured:
            return None

    def memory(self) -> Memory:
        """All of it."""
        return Memory((*self._segments, *self._unsettled))

    def remarks(self, cut_short: ConnectError | Interrupted | None) -> tuple[str, ...]:
        """What a reader of the dump must know: what it lacks, and why."""
        ended = () if cut_short is None else (f"the capture was cut short: {cut_short}",)
        return (*ended, *self.warnings)

    def _confirm(self) -> None:
        self.probe.check_halted()
        self._segments += self._unsettled
        self._unsettled.clear()

    def _parts(self, region: Region, counted: bool) -> Iterator[Segment]:
        return readable_parts(
            self.probe, region, self.pause if counted else lambda _size: self.pause()
        )

    def _tell_of_gaps(self, read: Sequence[Segment], region: Region) -> None:
        lost, at = [], region.start
        for segment in read:
            lost.append((at, segment.start))
            at = segment.end
        lost.append((at, region.end))
        gaps = [(start, end) for start, end in lost if start < end]
        if gaps:
            remarks = self.notes if region.is_superset else self.warnings
            size = sum(end - start for start, end in gaps)
            remarks.append(f"{size} bytes from {gaps[0][0]:#010x} cannot be read ({region.what})")
