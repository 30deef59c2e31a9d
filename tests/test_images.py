"""The digit images: what the two files hold, and what the loader refuses."""

import pytest

from demos.images import COLUMNS, LEARNED, ROWS, UNSEEN, Image, load_drawing, load_images

OVAL = ".#.\n#.#\n#.#\n.#.\n"
BAR = ".#.\n.#.\n.#.\n.#.\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "images.txt"

    def write(content):
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


# -- The data --------------------------------------------------------------------------------


def test_64_images_are_learned_and_16_are_not_seen_half_of_each_digit():
    learned, unseen = load_images(LEARNED), load_images(UNSEEN)
    assert [image.digit for image in learned].count(0) == 32
    assert [image.digit for image in learned].count(1) == 32
    assert [image.digit for image in unseen].count(0) == 8
    assert [image.digit for image in unseen].count(1) == 8


def test_no_two_images_are_alike_and_none_of_the_unseen_is_learned():
    rows = [image.rows for image in [*load_images(LEARNED), *load_images(UNSEEN)]]
    assert len(set(rows)) == len(rows) == 80


@pytest.mark.parametrize("path", [LEARNED, UNSEEN], ids=["learned", "unseen"])
def test_every_image_says_how_it_was_drawn(path):
    for image in load_images(path):
        assert image.note
        assert image.note.isascii()  # it is printed, on whatever terminal


def test_a_zero_has_a_hole_or_a_gap_in_its_ring_and_a_one_has_none():
    """The background of a drawn ring is in two parts; that of a stroke, in one."""

    def parts(image):
        off = {
            (r, c)
            for r in range(-1, ROWS + 1)
            for c in range(-1, COLUMNS + 1)
            if not (0 <= r < ROWS and 0 <= c < COLUMNS and image.rows[r][c] == "#")
        }
        count = 0
        while off:
            count += 1
            edge = [off.pop()]
            while edge:
                r, c = edge.pop()
                for near in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                    if near in off:
                        off.remove(near)
                        edge.append(near)
        return count

    for image in [*load_images(LEARNED), *load_images(UNSEEN)]:
        if "broken" not in image.note:
            assert parts(image) == (2 if image.digit == 0 else 1), image


def test_pixels_are_read_row_by_row_and_targets_say_which_output_is_to_answer():
    zero = Image(0, "", ("##.", "#.#", "...", "..#"))
    assert zero.pixels == [1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1]
    assert {type(p) for p in zero.pixels} == {float}
    assert zero.target == [1.0, 0.0]
    assert Image(1, "", zero.rows).target == [0.0, 1.0]


# -- The loader ------------------------------------------------------------------------------


def test_images_come_in_the_order_of_the_file_with_their_notes(file):
    found = load_images(file(f"# a comment\n\n0 thin oval\n{OVAL}\n\n1\n{BAR}"))
    assert found == [
        Image(0, "thin oval", (".#.", "#.#", "#.#", ".#.")),
        Image(1, "", (".#.", ".#.", ".#.", ".#.")),
    ]


def test_a_comment_may_stand_right_above_a_label(file):
    assert len(load_images(file(f"# a comment\n0 oval\n{OVAL}"))) == 1


def test_windows_line_ends_spaces_at_the_end_and_a_byte_order_mark_do_no_harm(file):
    plain = load_images(file(f"0 oval\n{OVAL}\n1 bar\n{BAR}"))
    windows = f"\ufeff0 oval\n{OVAL}\n1 bar\n{BAR}".replace("\n", "  \r\n")
    assert load_images(file(windows)) == plain


BAD = [
    ("", "holds no images"),
    ("# only a comment\n", "holds no images"),
    (f"2 two\n{OVAL}", r"line 1: a label is 0 or 1 and a note, not '2 two'"),
    (OVAL, r"line 1: a label is 0 or 1 and a note, not '\.#\.'"),
    (f"0oval\n{OVAL}", "line 1: a label is 0 or 1 and a note, not '0oval'"),
    (f"０ 全角\n{OVAL}", "line 1: a label is 0 or 1"),
    ("0 oval\n.#.\n#.#\n.#.\n", "line 2: an image has 4 rows, not 3"),
    ("0 oval\n", "line 2: an image has 4 rows, not 0"),
    (f"0 oval\n{OVAL}###\n", "line 2: an image has 4 rows, not 5"),
    (f"0 oval\n{OVAL}1 bar\n{BAR}", "line 6: a row is 3 pixels, each # or ., not '1 bar'"),
    ("0 oval\n.#.\n#.#\n#.#.\n.#.\n", r"line 4: a row is 3 pixels, each # or ., not '#\.#\.'"),
    ("0 oval\n.#.\n# #\n#.#\n.#.\n", "line 3: a row is 3 pixels, each # or ., not '# #'"),
    ("0 oval\n.#.\n#o#\n#.#\n.#.\n", "line 3: a row is 3 pixels, .* not '#o#'"),
    (f"0 a\n{OVAL}\n1 b\n{BAR}\n0 c\n{OVAL}", "line 13: the same image stands at line 1$"),
    (f"0 a\n{OVAL}\n1 b\n{OVAL}", "line 7: the same image stands at line 1$"),
    (b"\xff\xfe0", "is not UTF-8 text; save it as UTF-8"),
    ("0 手書き\n".encode("cp932") + OVAL.encode(), "is not UTF-8 text; save it as UTF-8"),
    (b"#" * 1_000_001, "is too large to be text art"),
    ("0 oval\n" + "#" * 100_000, r"line 2: a row is 3 pixels, .*\.\.\.'$"),
]


@pytest.mark.parametrize("content, message", BAD, ids=range(len(BAD)))
def test_what_is_wrong_is_said_with_file_and_line(content, message, file):
    path = file(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_images(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 300


@pytest.mark.parametrize("load", [load_images, load_drawing])
def test_a_missing_file_is_an_oserror(load, tmp_path):
    with pytest.raises(OSError):
        load(tmp_path / "missing.txt")
    with pytest.raises(OSError):
        load(tmp_path)


# -- One drawing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, digit, note",
    [
        (OVAL, -1, ""),
        (f"\n\n{OVAL}\n", -1, ""),
        (f"# mine\n\n{OVAL}", -1, ""),
        (f"0 thin oval\n{OVAL}", 0, "thin oval"),
        (f"1\n{OVAL}", 1, ""),
        (f"my drawing\n{OVAL}", -1, "my drawing"),
        (f"8 of hearts\n{OVAL}", -1, "8 of hearts"),
        (f"私の０\n{OVAL}", -1, "私の０"),
    ],
)
def test_a_drawing_may_have_a_label(content, digit, note, file):
    assert load_drawing(file(content)) == Image(digit, note, (".#.", "#.#", "#.#", ".#."))


BAD_DRAWINGS = [
    ("", "must hold one image of 4 rows, and holds 0 blocks"),
    (f"{OVAL}\n{BAR}", "must hold one image of 4 rows, and holds 2 blocks"),
    ("###\n#.#\n#.#\n#.#\n###\n", "line 1: an image has 4 rows, not 5"),
    ("###\n#.#\n###\n", "line 1: an image has 4 rows, not 3"),
    ("####\n#..#\n#..#\n####\n", "line 1: a row is 3 pixels, each # or ., not '####'"),
    ("\n#o#\n#.#\n#.#\n###\n", "line 2: a row is 3 pixels, .* not '#o#'"),
    ("###\n# #\n# #\n###\n", "line 2: a row is 3 pixels, .* not '# #'"),
    (f"0 oval\n{OVAL}###\n", "line 2: an image has 4 rows, not 5"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "is a PNG picture; write the image as text: 4 lines of 3"),
    (b"#" * 2_000_000, "is too large to be text art"),
]


@pytest.mark.parametrize("content, message", BAD_DRAWINGS, ids=range(len(BAD_DRAWINGS)))
def test_a_file_that_is_no_drawing_is_refused_with_file_and_line(content, message, file):
    path = file(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_drawing(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_drawing_typed_on_a_japanese_keyboard_or_saved_by_windows_is_read(tmp_path, encoding):
    path = tmp_path / "drawing.txt"
    path.write_text("．＃．\n．■。\n.#.\n□＃．\n", encoding=encoding)
    assert load_drawing(path).rows == (".#.",) * 4


@pytest.mark.parametrize(
    ("begins", "kind"), [(b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG")]
)
def test_a_picture_is_told_how_an_image_is_written(tmp_path, begins, kind):
    path = tmp_path / "drawing.png"
    path.write_bytes(begins + bytes(100))
    with pytest.raises(ValueError, match=f"is a {kind} picture; write the image as text: 4 lines"):
        load_drawing(path)
