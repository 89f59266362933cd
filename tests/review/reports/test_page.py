"""The page in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

from emqx_gitops.review.model import Entry, Review
from emqx_gitops.review.reports import Options, render
from tests.review.reports import examples

pytestmark = pytest.mark.slow

OpenPage = Callable[..., Page]
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; fail, rather than skip, where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("not installed: chromium. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, as which many a CI job runs.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Return a function that opens a review; the test fails where the page asks or complains."""
    wrong: list[str] = []
    asked: list[str] = []
    file = tmp_path / "review.html"
    context = browser.new_context(viewport={"width": 1200, "height": 900})

    def opened(review: Review, scheme: Scheme = "light") -> Page:
        file.write_text(render("html", review, Options(title="<dist>")))
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield opened
    context.close()
    assert wrong == []
    assert asked == [file.as_uri()]


def titles(page: Page) -> list[str]:
    """Return the titles of the changes that are shown."""
    return page.locator(".name").all_inner_texts()


def box(found: Locator) -> FloatRect:
    """Return where the first of what was found stands."""
    place = found.first.bounding_box()
    assert place
    return place


def test_risks_are_open_and_the_rest_is_one_line(open_page: OpenPage) -> None:
    """What must not be missed is read at once, commands and fields included."""
    page = open_page(examples.realistic())

    expect(page).to_have_title("<dist>: 14 objects changed in 3 environments, 7 pods restart")
    expect(page.locator(".card")).to_have_count(11)
    expect(page.locator(".card .body")).to_have_count(4)
    expect(page.get_by_text("kubectl -n emqx-prod delete statefulset emqx")).to_be_visible()
    expect(page.get_by_text("spec.replicas", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("11 changes")
    expect(page.get_by_text("not a Kubernetes object")).to_be_visible()


def test_five_thousand_changes_are_searched_by_typing(open_page: OpenPage) -> None:
    """A page of 5,000 changes shows the first of them, and one by its name."""
    page = open_page(examples.many(5_000))

    expect(page.locator(".card").first).to_be_visible()
    assert page.locator(".card").count() < 1_000
    page.keyboard.press("/")
    page.keyboard.type("emqx-04321")
    expect(page.get_by_role("status")).to_have_text("1 of 5,000 changes")
    assert titles(page) == ["emqx-prod/emqx-04321"]


def test_more_changes_come_with_scrolling(open_page: OpenPage) -> None:
    """The list grows when its end is reached."""
    page = open_page(examples.many(1_000))
    first = page.locator(".card").count()

    page.keyboard.press("End")

    expect(page.locator(".card")).not_to_have_count(first)


def test_words_are_found_in_values_and_rules(open_page: OpenPage) -> None:
    """All words must be there, wherever they stand."""
    page = open_page(examples.realistic())

    page.get_by_role("searchbox").fill("MAXCONN eg802")

    expect(page.get_by_role("status")).to_have_text("1 of 11 changes")
    assert titles(page) == ["emqx-prod/emqx-proxy"]
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No change fits.")).to_be_visible()


def test_outcomes_and_environments_filter(open_page: OpenPage) -> None:
    """A button shows only its outcome, and with another only what has both; Esc shows all."""
    page = open_page(examples.realistic())

    page.get_by_role("button", name="rolling-restart 8").click()
    expect(page.get_by_role("status")).to_have_text("5 of 11 changes")
    page.get_by_role("button", name="staging 3").click()
    assert titles(page) == ["emqx", "emqx-env-*", "emqx-staging/emqx-exporter"]
    pressed = page.get_by_role("button", name="staging 3").get_attribute("aria-pressed")
    assert pressed == "true"
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_have_text("11 changes")


def test_keys_move_open_and_search(open_page: OpenPage) -> None:
    """Everything can be done without a mouse."""
    page = open_page(examples.realistic())

    for key in ("j", "j", "k", "j", "Enter"):
        page.keyboard.press(key)
    focused = page.locator(".title:focus")
    expect(focused).to_contain_text("StatefulSet emqx-prod/emqx")
    expect(focused).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("a")
    expect(page.locator(".card .body")).to_have_count(11)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_moving_down_brings_more_changes(open_page: OpenPage) -> None:
    """The key j does not stop where the list was cut."""
    page = open_page(examples.many(150))

    for _ in range(120):
        page.keyboard.press("j")

    expect(page.locator(".title:focus")).to_be_visible()
    assert page.locator(".card").count() == 150


def test_the_change_that_has_the_focus_is_in_sight(open_page: OpenPage) -> None:
    """Moving up, a change does not hide behind the bar that stays on top."""
    page = open_page(examples.many(60))

    for key in [*"j" * 50, *"k" * 30]:
        page.keyboard.press(key)

    bar, title = box(page.locator(".bar")), box(page.locator(".title:focus"))
    assert title["y"] >= bar["y"] + bar["height"]


def test_many_environments_are_a_list(open_page: OpenPage) -> None:
    """Beyond a dozen, environments are chosen from a list."""
    names = [f"plant-{number:02}" for number in range(20)]
    old = examples.manifest("Service", "emqx")
    changes = tuple(examples.changed(each, old, old) for each in names)
    entry = Entry(changes, (examples.ROLLS.on((), "pods restart"),))
    other = Entry(changes[:1], (examples.ROLLS.on((), "pods restart"),))

    page = open_page(examples.review(entry, other))
    page.get_by_role("combobox", name="Environment").select_option("plant-07")

    expect(page.get_by_role("status")).to_have_text("1 of 2 changes")
    expect(page.locator(".where").first).to_contain_text("12 more")


def test_commands_are_copied_together(open_page: OpenPage) -> None:
    """Commands that follow each other are one block with one button."""
    page = open_page(examples.review(examples.refused()))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "kubectl -n emqx-prod delete statefulset emqx --cascade=orphan\n"
        "flux reconcile kustomization emqx-prod --with-source"
    )


def test_without_changes_the_page_says_so(open_page: OpenPage) -> None:
    """An empty review is no empty page."""
    page = open_page(examples.review(unchanged=3))

    expect(page.get_by_text("Nothing changes.")).to_be_visible()
    expect(page.get_by_text("3 objects unchanged")).to_be_visible()


def test_texts_are_shown_side_by_side(open_page: OpenPage) -> None:
    """The key s puts old and new lines beside each other."""
    page = open_page(examples.review(examples.proxy()))
    page.keyboard.press("a")

    below = box(page.locator("del")), box(page.locator("ins"))
    page.keyboard.press("s")
    beside = box(page.locator("del")), box(page.locator("ins"))

    assert below[0]["y"] < below[1]["y"]
    assert below[0]["x"] == below[1]["x"]
    assert beside[0]["y"] == beside[1]["y"]
    assert beside[0]["x"] < beside[1]["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(open_page: OpenPage, scheme: Scheme) -> None:
    """Every text stands out from what is behind it by 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    page = open_page(examples.realistic(), scheme)
    page.keyboard.press("a")
    page.get_by_role("button", name="data-loss 1").click()
    page.get_by_role("button", name="data-loss 1").click()

    weak = page.evaluate(CONTRASTS)

    assert weak == []


CONTRASTS = """() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const found = parts(getComputedStyle(each).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility()) continue;
    const [one, two] = [parts(getComputedStyle(node).color), behind(node)].map(light);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) weak.push(`${node.textContent.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""


def test_everything_has_a_name(open_page: OpenPage) -> None:
    """Headings go down in steps, and each button and field says what it is."""
    page = open_page(examples.realistic())

    levels = [each.evaluate("node => node.tagName") for each in page.locator("h1, h2, h3").all()]
    assert levels[:3] == ["H1", "H2", "H3"]
    assert page.locator("main, [role=search], h1").count() == 3
    for each in page.get_by_role("button").all():
        assert (each.get_attribute("aria-label") or each.inner_text()).strip()
    expect(page.get_by_role("searchbox", name=re.compile("Find"))).to_be_visible()


def test_values_are_words_only(open_page: OpenPage) -> None:
    """What looks like markup is shown as it is written, and nothing of it runs."""
    evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
    old = examples.manifest("ConfigMap", evil, evil, data={evil: evil})
    field = examples.field("data", evil, old=evil, new=f"{evil}\n{evil}\n")
    effect = examples.LOSS.on((), evil, f"{evil}\n  {evil}")
    review = examples.review(Entry((examples.changed("prod", old, old, field),), (effect,)))

    page = open_page(review)

    expect(page.locator(".name")).to_have_text(f"{evil}/{evil}")
    expect(page.locator(".command code")).to_have_text(evil)
    assert page.locator("img").count() == 0
