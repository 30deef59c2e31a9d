"""The viewers of one trace: a terminal, a web page, and the editor's own debugger.

They show the same steps in the same words, which are those of the catalogue. Importing this room
tells the room below, `tracing`, how a trace is saved and shown in a notebook.
(The folder is not called `step`: importing it would then hide the op of that name.)
"""

from autograd_lite.stepping.editor import picture_now, redraw
from autograd_lite.stepping.film import save_film
from autograd_lite.stepping.gif import save_gif
from autograd_lite.stepping.handout import save_handout
from autograd_lite.stepping.notebook import notebook_view
from autograd_lite.stepping.page import page
from autograd_lite.stepping.page import save as save_page
from autograd_lite.stepping.terminal import Stepper, step_through
from autograd_lite.tracing.viewers import SAVERS, VIEWS

__all__ = ["Stepper", "page", "picture_now", "redraw", "step_through"]

SAVERS[".html"] = save_page
SAVERS[".svg"] = save_film
SAVERS[".gif"] = save_gif
SAVERS[".tex"] = save_handout
VIEWS.append(notebook_view)
