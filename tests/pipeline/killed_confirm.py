"""Confirms a document and kills its own process right before or right after the register's commit.

python -m tests.pipeline.killed_confirm HOME DOCUMENT before|after
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any


def main(home: Path, document_id: str, when: str) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    from pipeline.stages.review import confirm
    from tests.pipeline.reviewing import OFFICER
    from tests.pipeline.support import application

    commit = DefaultDialect.do_commit

    def killed(self: DefaultDialect, connection: Any) -> None:
        if when == "after":
            commit(self, connection)
        os.kill(os.getpid(), signal.SIGKILL)

    with application(home) as app:
        document = app.register.document(document_id)
        DefaultDialect.do_commit = killed  # type: ignore[method-assign]
        confirm(app, document, OFFICER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
