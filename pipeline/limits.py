"""Settings translated into the limits that the rooms understand."""

from pdf.sandbox import SandboxLimits
from pdf.triage import TriageLimits
from pipeline.settings import Settings

READING_MODULES = (
    "imaging.codes",
    "imaging.quality",
    "imaging.rotation",
    "imaging.upright",
    "numpy.ma",
    "ocr.engines",
    "pipeline.child",
)
"""What the children find loaded that do nothing but read, so that none of them pays for an import."""
CHILD_MODULES = (*READING_MODULES, "imaging.stamp_area", "pdf.placement", "signing.judging.verify")
"""What the children of the whole application find loaded."""

_LINE_ENGINES = ("auto", "own", "tesserocr")
OCR_MARGIN_SECONDS = 30
"""For decoding and cleaning the page before the engine's time begins to run."""


def child_modules(settings: Settings, modules: tuple[str, ...] = CHILD_MODULES) -> tuple[str, ...]:
    """What children find loaded under these settings: with an engine that reads by nets, the nets as well."""
    return (*modules, "ocr.engines:warm_up") if settings.ocr_engine in _LINE_ENGINES else modules


def sandbox_limits(settings: Settings) -> SandboxLimits:
    """What one child process may use."""
    return SandboxLimits(
        memory_bytes=settings.child_memory_bytes,
        cpu_seconds=settings.child_cpu_seconds,
        wall_seconds=settings.child_wall_seconds,
    )


def ocr_limits(settings: Settings) -> SandboxLimits:
    """What the child may use that reads one page: the engine's own time limit comes first."""
    return sandbox_limits(settings).model_copy(
        update={
            "cpu_seconds": round(settings.ocr_timeout_seconds) + OCR_MARGIN_SECONDS,
            "wall_seconds": settings.ocr_timeout_seconds + OCR_MARGIN_SECONDS,
        }
    )


def triage_limits(settings: Settings) -> TriageLimits:
    """What is still a document."""
    return TriageLimits(
        max_bytes=settings.max_file_bytes,
        max_pages=settings.max_pages,
        max_pixels=settings.max_pixels,
    )
