"""What names say in a watched folder; the same as at a kiosk's."""

from models.filenames import document_by_name, temporary, variant

__all__ = ["document_by_name", "temporary", "variant"]
