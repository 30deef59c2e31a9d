"""The viewers of one trace: a terminal, a web page, and the editor's own debugger.

They show the same steps in the same words, which are those of `autograd_lite.trace`.
(The folder is not called `step`: importing it would then hide the op of that name.)
"""

from autograd_lite.stepping.editor import picture_now, redraw
from autograd_lite.stepping.page import page
from autograd_lite.stepping.terminal import Stepper

__all__ = ["Stepper", "page", "picture_now", "redraw"]
