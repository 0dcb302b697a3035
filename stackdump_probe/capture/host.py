"""The machine that the probe is plugged into, as far as it decides what helps."""

import sys
from pathlib import Path

from stackdump_probe.capture.next_steps import System, to_be_permitted

RULES = ("etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d",
         "usr/lib/udev/rules.d", "lib/udev/rules.d")  # fmt: skip

OUR_RULES = "70-stackdump-probe.rules"


def system(root: Path = Path("/"), platform: str = sys.platform) -> System:
    """Which kind of system this is; `root` is where its files are."""
    if platform == "darwin":
        return "macos"
    if platform in ("win32", "cygwin"):
        return "windows"
    if platform != "linux":
        return "other"
    if "microsoft" in _text(root / "proc/version").lower():
        return "wsl"
    in_container = (root / ".dockerenv").exists() or (root / "run/.containerenv").exists()
    return "container" if in_container else "linux"


def rules_installed(root: Path = Path("/")) -> tuple[str, ...]:
    """The names of all udev rule files, once each."""
    found: dict[str, None] = {}
    for folder in RULES:
        try:
            names = sorted(path.name for path in (root / folder).glob("*.rules"))
        except OSError:
            continue
        found |= dict.fromkeys(names)
    return tuple(found)


def our_rules() -> str:
    """Where the udev rules are that come with this package, or stand beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "udev" / OUR_RULES
    return str(installed if installed.exists() else package.parent / "udev" / OUR_RULES)


def permission_hint() -> str:
    """What lets this user open a probe on this machine."""
    return to_be_permitted(system(), our_rules())


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
