"""What only a hostile or unlucky text, thread or picture shows."""

import copy
import pickle
import threading
from xml.etree import ElementTree

from autograd_lite import Value, copying, draw
from autograd_lite.stepping.pictures import cleaned

HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" viewBox="0 0 9 9">
<title>picture</title><script>alert(2)</script><style>* { fill: red }</style>
<foreignObject><b xmlns="http://www.w3.org/1999/xhtml">html</b></foreignObject>
<image href="http://example.org/x.png"/><use href="#n0"/>
<g id="n0" class="node" onclick="alert(3)" style="fill: red">
<a href="javascript:alert(4)"><path d="M0 0L1 1" onmouseover="alert(5)"/></a>
<text x="1" y="1" font-size="12" onfocus="alert(6)">kept</text><set attributeName="href"/>
</g></svg>"""


def test_nothing_but_shapes_and_text_of_a_picture_reaches_the_page():
    svg = ElementTree.tostring(cleaned(HOSTILE), encoding="unicode")
    assert "kept" in svg and 'd="M0 0L1 1"' in svg
    for stranger in ("script", "alert", "style", "foreignObject", "html", "image", "use", "href",
                     "onload", "onclick", "onmouseover", "set "):  # fmt: skip
        assert stranger not in svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), stranger
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "picture"


def tooltips(svg):
    """Return what a reader sees when pointing at something in a picture."""
    title = "{http://www.w3.org/1999/xlink}title"
    return [element.get(title) for element in ElementTree.fromstring(svg).iter() if
            element.get(title) is not None]  # fmt: skip


def test_a_tooltip_says_a_label_as_it_was_typed():
    for label in ("\\N", "\\G \\E", "a\\nb", "&lt;b&gt;", "<b>&</b>", '"quoted"', "end\\"):
        x = Value(3.0, label)
        found = tooltips(draw(x * x, gradients=False).svg())
        assert any(f"input {label} = 3" in told for told in found), (label, found)
        assert any(told.startswith("∂") and f"/∂{label} = 3" in told for told in found), found


def test_no_text_of_a_picture_turns_the_text_around_it():
    for override in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        x = Value(3.0, f"ab{override}cd")
        drawing = draw(x * x, title=f"t{override}")
        assert override not in drawing.source
        assert override not in drawing.svg()


def chain(length):
    out = Value(1.0, "x")
    for k in range(length):
        out = out * 1.5 + k
    return out


def test_what_one_thread_pickles_is_no_business_of_another():
    """A sweep that another thread has under way says nothing of the graph at hand."""
    out = chain(3000)
    copying.SWEEP.nodes = {id(out)} | {id(parent) for parent in out.parents}
    found = []

    def elsewhere():
        found.append((set(copying.SWEEP.nodes), set(copying.SWEEP.met)))
        found.append(pickle.loads(pickle.dumps(out)).data)
        found.append(copy.deepcopy(out).data)

    try:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    finally:
        copying.SWEEP.nodes = set()
    assert found == [(set(), set()), out.data, out.data]
