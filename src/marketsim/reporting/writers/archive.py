"""Office files are zip archives; this makes them the same bytes whenever they are written."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def settled(content: bytes) -> bytes:
    """Return a zip archive with the same members in the same order, without the time at which it was written."""
    result = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            member = ZipInfo(entry.filename, _NO_TIME)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            new.writestr(member, old.read(entry))
    return result.getvalue()
