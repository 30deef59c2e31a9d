"""How pictures look: colours that colour-blind readers can tell apart, and sizes of type.

The hues are those of Okabe and Ito (Color Universal Design, 2008), lightened for areas and
darkened for text so that text keeps a contrast of 4.5 to 1 or more; every meaning that has a
colour also has a shape or a line style of its own.
"""

from typing import NamedTuple

__all__ = ["FONT", "Theme", "THEMES"]

# Verdana is as wide as DejaVu Sans, so that text measured with one fits boxes shown in the
# other; then fonts for Japanese, on Linux, Windows and macOS.
FONT = (
    "DejaVu Sans,Verdana,Noto Sans CJK JP,Yu Gothic,Meiryo,Hiragino Sans,Hiragino Kaku Gothic "
    "ProN,sans-serif"
)


class Theme(NamedTuple):
    """Colours and sizes of a picture; sizes in points.

    input, parameter, constant, result, output, closed     areas of the kinds of nodes
    pill        the area of an op's symbol, and `on_pill` the symbol itself
    paths       the colours of highlighted paths, in turn
    """

    background: str
    text: str
    faint: str
    line: str
    gradient: str
    derivative: str
    input: str
    parameter: str
    constant: str
    result: str
    output: str
    closed: str
    box: str
    box_line: str
    pill: str
    on_pill: str
    highlight: str
    paths: tuple[str, ...]
    size: float

    def scaled(self, factor: float) -> "Theme":
        return self._replace(size=self.size * factor)


LIGHT = Theme(
    background="#ffffff", text="#111111", faint="#595959", line="#444444",
    gradient="#a33c00", derivative="#00568c",
    input="#d3ecfa", parameter="#fbe3b0", constant="#eeeeee", result="#ffffff",
    output="#cdeee3", closed="#f3e4ee", box="#f7f7f7", box_line="#8c8c8c",
    pill="#333333", on_pill="#ffffff", highlight="#d55e00",
    paths=("#d55e00", "#0072b2", "#007a59", "#b0407f"), size=12.0,
)  # fmt: skip

DARK = Theme(
    background="#16181c", text="#f2f2f2", faint="#b4b4b4", line="#bdbdbd",
    gradient="#ffb37a", derivative="#8fd0ff",
    input="#0b4a6e", parameter="#553c00", constant="#33363c", result="#24272d",
    output="#09493b", closed="#532c45", box="#1d2025", box_line="#80858e",
    pill="#e6e6e6", on_pill="#111111", highlight="#ff9d4d",
    paths=("#ff9d4d", "#6cc4ff", "#4fd6b0", "#f0a3d0"), size=12.0,
)  # fmt: skip

THEMES = {
    "light": LIGHT,
    "dark": DARK,
    "slides": LIGHT.scaled(1.75),
    "slides-dark": DARK.scaled(1.75),
}
