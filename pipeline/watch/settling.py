"""Which files of a watched folder have stopped changing: by looks and a clock that only goes on, never by the time of day."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.watch.folder import Entry, Folder, Seen, seen_at
from pipeline.watch.names import document_by_name

MOST_AT_ONCE = 1000
"""Files that are followed at the same time; the others have their turn when these have gone."""
MOST_KEPT = 200_000
"""Files that may stay where they are (`keep`), since every one of them has to be remembered."""
EMPTY_S = 60.0
"""So long an empty file may be one that its program has only begun."""
FIRST_REST_S, LONGEST_REST_S = 5.0, 600.0


@dataclass
class _Track:
    seen: Seen
    since: float
    looks: int = 1
    failures: int = 0
    again_at: float = 0.0


class Settling:
    """Follows what lies in one folder from look to look."""

    def __init__(
        self, looks: int, *, marker: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """A file is settled when it was the same at so many looks; with a `marker`, when a file of its name with that
        behind it is there."""
        self._looks = looks
        self._marker = marker
        self._clock = clock
        self._tracks: dict[Entry, _Track] = {}
        self._kept: set[int] = set()
        self.passed_over = 0
        """Files of the last look that are no documents by their names."""

    def __len__(self) -> int:
        """How many files are followed that have not been taken."""
        return len(self._tracks)

    def look(self, folder: Folder) -> list[tuple[Entry, Seen]]:
        """What is settled now, the oldest first. Raises OSError where the folder can't be gone through."""
        before, self._tracks = self._tracks, {}
        kept, self._kept = self._kept, set()
        self.passed_over = 0
        for entry, here in folder.entries():
            if not self._wanted(entry):
                continue
            track = before.get(entry)
            if track is None and self._full and not kept:
                continue
            try:
                seen = self._seen(entry, here)
            except OSError:  # of one name; that of the folder is raised above
                continue
            if seen is None:
                continue
            if (mark := hash((entry, seen))) in kept:
                self._kept.add(mark)
            elif track is not None or not self._full:
                self._tracks[entry] = self._followed(track, seen)
        settled = [(entry, track.seen) for entry, track in self._tracks.items() if self._settled(track)]
        return sorted(settled, key=lambda found: (found[1].modified_ns, found[0]))

    def taken(self, entry: Entry, *, stays: bool) -> None:
        """It is done with; one that `stays` is not looked at again before it changes."""
        track = self._tracks.pop(entry)
        if stays:
            self._kept.add(hash((entry, track.seen)))

    def not_yet(self, entry: Entry) -> None:
        """It was not settled after all."""
        self._tracks.pop(entry, None)

    def failed(self, entry: Entry) -> int:
        """It is tried again after a rest; how often it has failed now."""
        track = self._tracks[entry]
        track.failures += 1
        rest = min(FIRST_REST_S * 4 ** (track.failures - 1), LONGEST_REST_S)
        track.again_at = self._clock() + rest
        return track.failures

    def forget(self) -> None:
        """The folder was away: everything begins anew."""
        self._tracks.clear()

    @property
    def _full(self) -> bool:
        return len(self._tracks) >= MOST_AT_ONCE or len(self._kept) >= MOST_KEPT

    def _wanted(self, entry: Entry) -> bool:
        if self._marker is not None and entry.name.endswith(self._marker):
            return False
        if not document_by_name(entry.name):
            self.passed_over += 1
            return False
        return True

    def _seen(self, entry: Entry, here: int) -> Seen | None:
        if self._marker is not None and seen_at(here, entry.name + self._marker) is None:
            return None
        return seen_at(here, entry.name)

    def _followed(self, track: _Track | None, seen: Seen) -> _Track:
        if track is None or track.seen != seen:
            return _Track(seen, since=self._clock())
        track.looks += 1
        return track

    def _settled(self, track: _Track) -> bool:
        now = self._clock()
        begun = stat.S_ISREG(track.seen.kind) and track.seen.size == 0 and now - track.since < EMPTY_S
        if now < track.again_at or begun:
            return False
        return self._marker is not None or track.looks >= self._looks
