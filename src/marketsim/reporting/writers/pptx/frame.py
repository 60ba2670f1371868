"""Where things stand on a slide: rectangles in points, and how they are divided."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pptx.util import Emu, Pt

_EMU = 12700


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def lengths(self) -> tuple[Emu, Emu, Emu, Emu]:
        """Left, top, width and height as python-pptx wants them."""
        return Pt(self.left), Pt(self.top), Pt(self.width), Pt(self.height)

    def below(self, height: float) -> Box:
        """Return what is left under a strip of some height."""
        return Box(self.left, self.top + height, self.width, max(self.height - height, 1.0))

    def strip(self, height: float) -> Box:
        """Return the strip of some height at the top."""
        return Box(self.left, self.top, self.width, min(height, self.height))

    def grid(self, count: int, gap: float = 12.0) -> list[Box]:
        """Return boxes for some things side by side: up to three in a row where it is wide, four in two rows."""
        columns = count if count <= 3 and self.width / count >= 0.42 * self.height else math.ceil(count / 2)
        columns = 2 if count == 4 else columns
        rows = math.ceil(count / columns)
        width = (self.width - gap * (columns - 1)) / columns
        height = (self.height - gap * (rows - 1)) / rows
        places = [divmod(number, columns) for number in range(count)]
        return [Box(self.left + c * (width + gap), self.top + r * (height + gap), width, height) for r, c in places]


def box_of(left: int, top: int, width: int, height: int) -> Box:
    """Return a rectangle given in English metric units."""
    return Box(left / _EMU, top / _EMU, width / _EMU, height / _EMU)
