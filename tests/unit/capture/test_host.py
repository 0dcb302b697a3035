"""Which machine the probe is plugged into."""

from pathlib import Path

import pytest

from stackdump_probe.capture.host import our_rules, rules_installed, system


@pytest.mark.parametrize(
    ("platform", "expected"),
    [("darwin", "macos"), ("win32", "windows"), ("freebsd14", "other"), ("linux", "linux")],
)
def test_the_platform_decides(platform: str, expected: str, tmp_path: Path) -> None:
    assert system(tmp_path, platform) == expected


def test_wsl_is_told_by_its_kernel(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/version").write_text("Linux version 5.15.153.1-microsoft-standard-WSL2\n")
    assert system(tmp_path, "linux") == "wsl"


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_a_container_is_told_by_its_mark(mark: str, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / mark).touch()
    assert system(tmp_path, "linux") == "container"


def test_rules_of_all_folders_are_listed_once(tmp_path: Path) -> None:
    for folder, name in (("etc", "70-a.rules"), ("usr/lib", "70-a.rules"), ("lib", "60-b.rules")):
        where = tmp_path / folder / "udev/rules.d"
        where.mkdir(parents=True)
        (where / name).touch()
    (tmp_path / "etc/udev/rules.d/README").touch()
    assert set(rules_installed(tmp_path)) == {"70-a.rules", "60-b.rules"}
    assert rules_installed(tmp_path / "nowhere") == ()


def test_our_rules_are_at_hand() -> None:
    assert "uaccess" in Path(our_rules()).read_text()
