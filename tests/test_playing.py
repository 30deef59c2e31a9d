"""The page to play with: what is in the file, and what a class does with it in Chromium."""

import json
import math
import os
import re
from pathlib import Path

import pytest
from browser import Reader, browser_test, missing
from node import node

from autograd_lite import trace
from autograd_lite.words import LANGUAGES, texts
from demos import digits
from demos.images import LEARNED, load_images
from demos.playing import FILES, page_script, play_page, stepper_told
from nn import GradientDescent, History, Network, squared_error, train

PLAY = Path(__file__).parent / "play"


def trained(hidden=3, seed=1, epochs=0, rate=0.2):
    images = load_images(LEARNED)
    network = Network([12, hidden, 2], seed=seed)
    if not epochs:
        return network, History()
    history = train(
        network,
        [image.pixels for image in images],
        [image.target for image in images],
        epochs=epochs,
        update=GradientDescent(rate=rate),
        engine="python",
    )
    return network, history


def told(network, costs, seed=1):
    return {
        "hidden": network.sizes[1], "seed": seed, "rate": 0.2,
        "parameters": [p.data for p in network.parameters()], "costs": costs,
    }  # fmt: skip


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])


# -- The file ----------------------------------------------------------------------------------


def test_its_pure_module_passes_its_tests_on_node():
    done = node("--test", PLAY / "training.test.mjs")
    assert done.returncode == 0, done.stdout


def test_the_page_asks_for_nothing_and_has_the_starting_weights_of_python():
    network, history = trained()
    text = play_page(told(network, history.costs), load_images(LEARNED), {})
    assert not re.search(r"(?:src|href)=\"(?!data:,)", text)
    assert len(text) < 250_000
    data = data_of(text)
    assert set(data["starts"]) == {str(hidden) for hidden in range(1, 9)}
    start = [p.data for p in Network([12, 5, 2], seed=4).parameters()]
    assert data["starts"]["5"]["4"] == start
    assert data["names"]["3"][:2] == ["w_11^2", "w_12^2"]
    assert len(data["images"]) == 64


def test_every_word_of_the_page_is_there_and_used():
    code = (FILES / "page.html").read_text(encoding="utf-8") + page_script()
    for language in LANGUAGES:
        words = texts("play", language)
        for key in words:
            assert f'"{key}"' in code or f"{key}:" in code, key
        for key in re.findall(r'data-(?:text|label)="([^"]+)"', code):
            assert key in words, key


def test_the_demo_writes_it_and_says_so(tmp_path, capsys):
    assert digits.main(["--epochs", "2", "--out", str(tmp_path), "--hidden", "2"]) == 0
    path = tmp_path / "play.html"
    assert str(path) in capsys.readouterr().out
    assert 'href="play.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    data = data_of(path.read_text(encoding="utf-8"))
    assert data["trained"]["hidden"] == 2
    assert len(data["trained"]["costs"]) == 2
    assert {stepper["file"] for stepper in data["steppers"].values()} == {
        "backprop.html",
        "backprop-1.html",
    }


# -- In a browser ------------------------------------------------------------------------------


@pytest.fixture
def playing(chromium, tmp_path):
    readers = []

    def opened(network, costs=(), steppers=None, language="en", **context):
        path = tmp_path / "play.html"
        page = play_page(told(network, list(costs)), load_images(LEARNED), steppers or {}, language)
        path.write_text(page, encoding="utf-8")
        reader = Reader(chromium, path, **context)
        readers.append(reader)
        return reader

    yield opened
    for reader in readers:
        reader.context.close()
        assert reader.complaints == []
        assert all(url.startswith(("file://", "data:")) for url in reader.requests)


def asked(reader, expression):
    return reader.page.evaluate(f"() => window.digits.{expression}")


@browser_test
@pytest.mark.parametrize(("hidden", "seed", "rate"), [(3, 1, 0.2), (1, 2, 0.1), (8, 5, 0.3)])
def test_training_in_the_page_has_the_costs_of_python(playing, hidden, seed, rate):
    _, history = trained(hidden, seed, 400, rate)
    reader = playing(trained()[0])
    reader.page.select_option("#hidden", str(hidden))
    reader.page.select_option("#seed", str(seed))
    reader.page.fill("#rate", str(rate))
    assert asked(reader, "train(400)") == 400
    costs = asked(reader, "costs()")
    assert costs[0] == pytest.approx(history.costs[0], rel=1e-12)
    assert costs[399] == pytest.approx(history.costs[399], rel=1e-6)  # a path, at rounding's mercy
    assert costs[:20] == pytest.approx(history.costs[:20], rel=1e-9)


@browser_test
def test_one_draws_with_mouse_finger_and_keys_and_every_unit_answers(playing):
    network, history = trained(epochs=400)
    reader = playing(network, history.costs)
    assert reader.text("#verdict") == "It says 0."
    reader.page.click("#clear")
    for k in (1, 4, 7, 10):
        reader.page.locator("#pad button").nth(k).click()
    assert reader.text("#verdict") == "It says 1."
    excitements = [unit.data for unit in network([0.0, 1.0, 0.0] * 4)]
    assert reader.text("#output-1 .number") == f"{excitements[1]:.3f}"
    reader.page.locator("#pad button").nth(0).focus()
    reader.press(" ")
    assert reader.page.locator("#pad button").nth(0).get_attribute("aria-pressed") == "true"
    box = reader.page.locator("#pad").bounding_box()
    reader.page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20, steps=12)
    reader.page.mouse.up()
    pressed = [
        reader.page.locator("#pad button").nth(k).get_attribute("aria-pressed") for k in (9, 10, 11)
    ]
    assert pressed == ["true"] * 3


@browser_test
def test_play_pause_one_step_and_start_again(playing):
    reader = playing(trained()[0])
    assert reader.text("#cost").startswith("Not trained yet: C = 18.16")
    reader.page.click("#one")
    assert reader.text("#cost").startswith("1 steps done")
    reader.page.click("#play")
    reader.page.wait_for_function("() => window.digits.costs().length > 20")
    reader.page.click("#play")
    count = len(asked(reader, "costs()"))
    reader.page.wait_for_timeout(200)
    assert len(asked(reader, "costs()")) == count
    reader.page.click("#again")
    assert asked(reader, "costs()") == []


@browser_test
def test_a_rate_that_is_too_large_is_told(playing):
    reader = playing(trained()[0])
    reader.page.fill("#rate", "1e308")
    asked(reader, "train(50)")
    assert "the rate is too large" in reader.text("#cost")
    assert all(map(math.isfinite, asked(reader, "parameters()")))


@browser_test
def test_wrong_images_are_marked_and_one_goes_into_the_frame(playing):
    network, _ = trained()
    reader = playing(network)
    images = load_images(LEARNED)
    wrong = sum(nn_answer(network, image) != image.digit for image in images)
    assert reader.page.locator(".thumb.wrong").count() == wrong > 0
    assert reader.text("#right") == f"{64 - wrong} of 64 images are read right."
    reader.page.locator(".thumb").nth(40).click()
    pressed = reader.page.eval_on_selector_all(
        "#pad button",
        "cells => cells.map(cell => Number(cell.getAttribute('aria-pressed') === 'true'))",
    )
    assert pressed == images[40].pixels


def nn_answer(network, image):
    zero, one = (output.data for output in network(image.pixels))
    return 0 if zero >= one else 1


@browser_test
def test_a_weight_is_asked_why_and_leads_to_the_stepper_with_these_weights(playing, tmp_path):
    network, _ = trained()
    images = load_images(LEARNED)
    one = next(image for image in images if image.digit == 1)
    steps = trace(squared_error(network(one.pixels), one.target))
    steps.save(tmp_path / "backprop-1.html")
    network.zero_grad()
    reader = playing(network, steppers={1: stepper_told(steps, "backprop-1.html", 3)})
    asked(reader, "train(30)")
    reader.page.locator(".thumb").nth(50).click()  # a 1
    reader.page.locator('#units button[data-parameter="4"]').click()
    assert reader.text("#why-title").startswith("w_15^2 = ")
    told_here = re.search(r"alone contributes (\S+)\.", reader.text("#why-words"))[1]
    reader.page.click("#step-link")
    reader.page.wait_for_selector("#heading")
    gradient = reader.page.evaluate("() => window.autograd.gradients()['w_15^2']")
    assert f"{gradient + 0.0:.4g}" == told_here
    assert "= " in reader.text("#formula")
    assert reader.heading().endswith("w152")


@browser_test
@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844), (1366, 650), (2560, 1440)])
@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ja", "light")])
def test_nothing_sticks_out_and_axe_finds_nothing(playing, width, height, language, scheme):
    network, history = trained(hidden=8, epochs=5)
    size = {"width": width, "height": height}
    reader = playing(network, history.costs, language=language, viewport=size, color_scheme=scheme)
    reader.page.locator("#units button").nth(3).click()
    assert reader.page.evaluate("() => document.documentElement.scrollWidth") <= width
    axe = os.environ.get("AXE_CORE", "")
    if not axe:
        missing("AXE_CORE, the path of axe-core's axe.min.js")
    reader.page.evaluate(Path(axe).read_text(encoding="utf-8"))
    found = reader.page.evaluate("() => axe.run()")
    assert [
        (one["id"], [n["html"][:80] for n in one["nodes"][:2]]) for one in found["violations"]
    ] == []
