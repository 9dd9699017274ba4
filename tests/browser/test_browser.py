"""The documentation site, as a person with a browser has it."""

import inspect

import pytest

from egp import Client

CREATE = 'dt[id="egp.Client.chat.completions.create"]'
# What reaches beyond the window, but for what scrolls within a frame of its own, and the menus that slide in.
OVERFLOWING = """[...document.querySelectorAll("body *")].filter((each) => {
  const box = each.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || each.closest(".sidebar-drawer, .toc-drawer")) return false;
  for (let up = each; up; up = up.parentElement)
    if (getComputedStyle(up).overflowX != "visible") return false;
  return true;
}).map((each) => each.outerHTML.slice(0, 99))"""


def test_a_page_loads_without_a_fault_and_fits_a_telephone(each_page, open_tab):
    tab = open_tab(width=375, height=800)

    page = tab.open(each_page)

    assert tab.faults == []
    assert {url for url in tab.asked if not url.startswith((tab.address, "data:"))} == set()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate(OVERFLOWING) == []


def test_the_search_finds_a_keyword(open_tab):
    tab = open_tab()
    page = tab.open("index.html")

    page.locator("input.sidebar-search").first.fill("first_token_timeout")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function(
        "document.querySelector('#search-results p.search-summary')?.innerText.includes('found')"
    )
    found = page.locator("#search-results li a").all_inner_texts()
    tab.shoot("search")

    assert any("client" in title for title in found), found
    assert tab.faults == []


def test_the_search_works_without_a_server(files, open_tab):
    tab = open_tab()

    tab.page.goto(f"{files}/search.html?q=first_token_timeout")
    tab.page.wait_for_selector("#search-results li a")

    assert tab.page.locator("#search-results li a").count() > 1


def test_the_reference_of_create_shows_every_keyword(open_tab):
    tab = open_tab(height=1400)
    page = tab.open("reference/client.html#egp.Client.chat.completions.create")
    keywords = inspect.signature(Client(api_key="none").chat.completions.create).parameters

    shown = page.locator(CREATE).inner_text()
    told = page.locator(f"dl:has(> {CREATE}) > dd").inner_text()
    tab.shoot("create")

    assert [name for name in keywords if f"{name}:" not in shown] == []
    assert [name for name in keywords if name not in told] == []


def test_a_program_can_be_copied(open_tab):
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open("index.html")
    block = page.locator("div.highlight-python").first
    code = block.locator("pre").inner_text()

    block.hover()
    block.locator("button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    tab.shoot("copied")

    assert copied.strip() == code.strip()
    assert "client.chat.completions.create(" in copied


def test_dark_mode_is_what_the_system_asks_for_and_can_be_switched(open_tab):
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = open_tab(color_scheme="light"), open_tab(color_scheme="dark")

    colours = [tab.open("docs/errors.html").evaluate(background) for tab in (light, dark)]
    dark.shoot("dark")
    light.page.locator("button.theme-toggle:visible").first.click()
    light.page.locator("button.theme-toggle:visible").first.click()

    assert colours[0] != colours[1]
    assert light.page.evaluate("document.body.dataset.theme") in {"light", "dark"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("index.html", "front"),
        ("docs/errors.html", "errors"),
        ("benchmarks/RESULTS.html", "measurements"),
        ("reference/schemas.html", "schemas"),
        ("reference/command.html", "command"),
    ],
)
@pytest.mark.parametrize("width", [375, 1280])
def test_pictures_are_shown(path, name, width, open_tab):
    tab = open_tab(width=width)

    page = tab.open(path)
    tab.shoot(f"{name}-{width}")

    broken = page.evaluate("[...document.images].filter(each => !each.naturalWidth).map(each => each.src)")
    assert broken == []
