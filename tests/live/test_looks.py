"""Several looks at firmware that really runs: a dead loop is told from a system that lives."""

import json
from pathlib import Path

import pytest

from stackdump_probe.cli.main import run
from stackdump_probe.simulator.bench import simulated_usb_probe
from tests.schemas import validator

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    ("case", "kinds", "functions"),
    [
        ("hang_gcc_o2", {"same_place", "spinning"}, {"wait_flag", "flag_is_set"}),
        ("relay_gcc_og", {"moving"}, {"scheduler", "filter", "codec", "idle", "average", "crc"}),
    ],
)
def test_what_the_looks_say(
    case: str,
    kinds: set[str],
    functions: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    elf = str(GOLDEN / case / "fw.elf")
    with simulated_usb_probe(Path(elf), run_for=0.5) as sim:
        line = ["capture", "-t", "stm32f4", "-e", elf, "-o", "x.dump", "--count", "12"]
        assert run([*line, "--interval", "37ms", "--json", "--flame", "out.svg"]) == 0
        assert sim.machine.is_running()
    document = json.loads(capsys.readouterr().out)
    validator("looks").validate(document)
    # How far QEMU gets between two looks is the machine's affair: it may stand where it stood.
    moved = len({look["pc"] for look in document["looks"]}) > 1
    assert document["verdict"]["kind"] in (kinds if moved else {"same_place"})
    words = document["verdict"]["text"].replace(",", "").split()
    assert functions & set(words)
    dumps = sorted(path.name for path in tmp_path.glob("*.dump"))
    assert dumps == [f"x-{n:02}.dump" for n in range(1, 13)]
    assert [look["dump"] for look in document["looks"]] == dumps
    assert run(["looks", elf, *dumps, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == document
