"""The JSON Schemas in docs/."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

DOCS = Path(__file__).parent.parent / "docs"


def validator(command: str) -> Draft202012Validator:
    """The schema of what `command` prints with --json, itself checked."""
    schema = json.loads((DOCS / f"{command}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
