"""Reading order of Vietnamese official papers: header columns, body, tables cell by cell, signature block."""

from __future__ import annotations

from ocr.layout.arranging import arrange
from ocr.layout.blocks import Block, BlockKind, TableCell
from ocr.layout.pictures import Unread, unread_parts
from ocr.layout.ruled import bars_of

__all__ = ["Block", "BlockKind", "TableCell", "Unread", "arrange", "bars_of", "unread_parts"]
