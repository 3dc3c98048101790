"""`python -m ocr.formats > docs/reading.schema.json`: the JSON Schema of a reading, from the code."""

from __future__ import annotations

import json
import sys

from ocr.formats.json_file import json_schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n")
