"""`trace --json-lines`: many dumps of one program, a JSON document on a line for each.

The program is read once, with the first dump; then a process per core is forked, which shares what
was read. Process k of n traces every nth dump from the kth on, into a pipe of its own, and the
lines are taken from the pipes in turn: that keeps the order of the dumps, and a process that is
ahead waits for room in its pipe, so that memory stays bounded.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Generator, Sequence
from typing import NamedTuple

from stackdump_probe.cli.failures import Failure, defect, failure_of
from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.open_image import Programs
from stackdump_probe.cli.sharing import cores, forked
from stackdump_probe.record import Record
from stackdump_probe.report.build import build_report
from stackdump_probe.report.to_json import error_to_json, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.build import Statics


class Line(NamedTuple):
    """The document of one dump, and the exit code that it alone would have."""

    document: str
    code: int


class Tracer(Record):
    """From the path of a dump to its line; what goes wrong is told on the line."""

    programs: Programs
    statics: "Statics"

    def line(self, path: str) -> Line:
        """The line of one dump."""
        try:
            return Line(self._document(path), 0)
        except Exception as error:
            return _line_of_failure(path, failure_of(error))

    def _document(self, path: str) -> str:
        dump = read_dumps([path])
        opened = self.programs.of(dump)
        report = build_report(
            dump,
            opened.image,
            elf_path=opened.path,
            dumps=[path],
            match=opened.match,
            also=opened.also,
            statics=self.statics,
        )
        return to_json(report)


def lines(tracer: Tracer, paths: Sequence[str]) -> Generator[Line]:
    """Yield the line of each dump, in the order given; all cores work at them."""
    yield from map(tracer.line, paths[:1])
    left = paths[1:]
    count = min(cores(), len(left))
    if count < 2 or not hasattr(os, "fork"):
        yield from map(tracer.line, left)
        return
    gc.freeze()  # a collection would write to what is shared, and so copy it
    workers: list[_Worker] = []
    number = 0
    try:
        workers.extend(_Worker(tracer, left[first::count]) for first in range(count))
        for number in range(len(left)):
            yield workers[number % count].next_line()
    except OSError:  # the system does not let us have one more process
        yield from map(tracer.line, left[number:])
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that traces these dumps; where it dies, that dump is lost, and another goes on."""

    def __init__(self, tracer: Tracer, paths: Sequence[str]) -> None:
        self._tracer = tracer
        self._left = deque(paths)
        self._fork()

    def next_line(self) -> Line:
        """The line of the next of its dumps."""
        path = self._left.popleft()
        code, _, document = self._pipe.readline().partition(" ")
        if document.endswith("\n"):
            return Line(document[:-1], int(code))
        status = self.end()
        if self._left:
            self._fork()
        return _line_of_failure(path, defect(f"the process that traced it ended ({status})"))

    def end(self) -> str:
        """End the process if it still runs; say how it ended.

        It may wait for room in its pipe, whose other end the processes forked later have, too.
        """
        self._pipe.close()
        os.kill(self._process, signal.SIGTERM)
        _, status = os.waitpid(self._process, 0)
        code = os.waitstatus_to_exitcode(status)
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def _fork(self) -> None:
        self._process, pipe = forked(self._serve)
        self._pipe = open(pipe, encoding="ascii")  # noqa: PTH123, SIM115  (end() closes it)

    def _serve(self, pipe: int) -> None:
        """What the forked process does, until nobody reads its lines any more."""
        for number in (signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        with open(pipe, "w", encoding="ascii") as lines_out:
            for path in self._left:
                line = self._tracer.line(path)
                lines_out.write(f"{line.code} {line.document}\n")
                lines_out.flush()


def _line_of_failure(path: str, failure: Failure) -> Line:
    document = error_to_json(path, failure.code, failure.whole_message, failure.hint)
    return Line(document, failure.code)
