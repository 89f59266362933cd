"""One comment, kept up to date, on real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from emqx_gitops.forge import Forge, ForgeError, GitHub, GitLab, Posted, post
from tests.forge.api import FakeForge, serving

BOT = {"login": "github-actions[bot]", "type": "Bot", "id": 3}
STRANGER = {"login": "mallory", "type": "User", "id": 4}
MARKER = "<!-- emqx-gitops:diff:clusters -->"
TEXT = f"{MARKER}\n## One change\n"


@pytest.fixture
def forge() -> Iterator[FakeForge]:
    """A forge with nothing on it."""
    with serving(FakeForge(author=BOT)) as forge:
        yield forge


def github(forge: FakeForge, **more: str) -> GitHub:
    """Return pull request 7 there."""
    environ = {
        "GITHUB_TOKEN": "t0ken",
        "GITHUB_REPOSITORY": "acme/mqtt",
        "GITHUB_API_URL": forge.url,
    }
    found = GitHub.of({**environ, **more}, 7)
    return replace(found, api=replace(found.api, pause=0))


def gitlab(forge: FakeForge) -> GitLab:
    """Return merge request 7 there."""
    forge.user = BOT
    environ = {
        "GITLAB_TOKEN": "t0ken",
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "group/mqtt",
        "CI_MERGE_REQUEST_IID": "7",
    }
    found = GitLab.of(environ)
    return replace(found, api=replace(found.api, pause=0))


Open = Callable[[FakeForge], Forge]

SIDES = pytest.mark.parametrize("open_", [github, gitlab], ids=["github", "gitlab"])


@SIDES
def test_created_updated_unchanged(open_: Open, forge: FakeForge) -> None:
    """The first time makes a comment, the next change it, and the same text asks for nothing."""
    forge.add("I like it", STRANGER)

    assert post(open_(forge), TEXT) is Posted.CREATED
    assert post(open_(forge), TEXT + "more") is Posted.UPDATED
    before = len(forge.requests)
    assert post(open_(forge), TEXT + "more\n") is Posted.UNCHANGED

    assert forge.bodies == ["I like it", TEXT + "more"]
    assert all(each.method == "GET" for each in forge.requests[before:])


@SIDES
def test_update_only(open_: Open, forge: FakeForge) -> None:
    """Nothing to say makes no comment, and corrects the one that is there."""
    assert post(open_(forge), TEXT, create=False) is Posted.NOT_NEEDED
    assert forge.bodies == []

    forge.add(f"{MARKER}\nold", BOT)

    assert post(open_(forge), TEXT, create=False) is Posted.UPDATED
    assert forge.bodies == [TEXT]


@SIDES
def test_comments_of_others_stay(open_: Open, forge: FakeForge) -> None:
    """Somebody's comment that looks like ours is left alone: it would stay theirs to edit."""
    forge.add(f"{MARKER}\nall is well", STRANGER)

    assert post(open_(forge), TEXT) is Posted.CREATED
    assert forge.bodies == [f"{MARKER}\nall is well", TEXT]


@SIDES
def test_copies_go(open_: Open, forge: FakeForge) -> None:
    """Of several comments of ours one stays; one with another title is another."""
    other = TEXT.replace("clusters", "tests")
    for body in (f"{MARKER}\na", other, f"{MARKER}\nb"):
        forge.add(body, BOT)

    post(open_(forge), TEXT)

    assert forge.bodies == [TEXT, other]


@SIDES
def test_many_comments(open_: Open, forge: FakeForge) -> None:
    """Ours is found behind hundreds of others."""
    for number in range(250):
        forge.add(f"comment {number}", STRANGER)
    forge.add(f"{MARKER}\nold", BOT)

    assert post(open_(forge), TEXT) is Posted.UPDATED
    assert forge.bodies[-1] == TEXT


def test_what_github_is_sent(forge: FakeForge) -> None:
    """Requests carry the token and the version of the API."""
    post(github(forge), TEXT)

    assert forge.asked == [
        "GET /repos/acme/mqtt/issues/7/comments?per_page=100&page=1",
        "POST /repos/acme/mqtt/issues/7/comments",
    ]
    sent = forge.requests[-1]
    assert sent.headers["authorization"] == "Bearer t0ken"
    assert sent.headers["x-github-api-version"] == "2022-11-28"
    assert sent.body == {"body": TEXT}


def test_a_person_on_github(forge: FakeForge) -> None:
    """With somebody's own token their comment is the one, and no bot's."""
    forge.user = forge.author = STRANGER
    forge.add(f"{MARKER}\nbot's", BOT)
    forge.add(f"{MARKER}\nmine", STRANGER)

    assert post(github(forge), TEXT) is Posted.UPDATED
    assert forge.bodies == [f"{MARKER}\nbot's", TEXT]


def test_what_gitlab_is_sent(forge: FakeForge) -> None:
    """The project's path is one part of the address, and the token has its header."""
    forge.add(f"{MARKER}\nchanged title", BOT, system=True)

    post(gitlab(forge), TEXT)

    notes = "/projects/group%2Fmqtt/merge_requests/7/notes"
    assert forge.asked == [
        f"GET {notes}?sort=asc&order_by=created_at&per_page=100&page=1",
        f"POST {notes}",
    ]
    assert all(each.headers["private-token"] == "t0ken" for each in forge.requests)


def test_trouble_on_the_other_side(forge: FakeForge) -> None:
    """What may be asked again is, when the other side says so."""
    forge.failures = [(502, {}), (429, {"Retry-After": "0"})]

    assert post(github(forge), TEXT) is Posted.CREATED
    assert len(forge.requests) == 4


def test_never_posted_twice(forge: FakeForge) -> None:
    """A post that failed half-way may have worked, and is not tried again."""
    tried = github(forge)
    list(tried.comments())
    forge.failures = [(502, {})]

    with pytest.raises(ForgeError, match="502"):
        tried.create(TEXT)
    assert [each.method for each in forge.requests] == ["GET", "POST"]


def test_refused(forge: FakeForge) -> None:
    """A token that may not write is told with the permission that is missing."""
    forge.failures = [(403, {})]

    with pytest.raises(ForgeError, match="403 Forbidden: as told") as caught:
        post(github(forge), TEXT)
    assert "pull-requests: write" in caught.value.fix
    assert "t0ken" not in str(caught.value)


def test_token_goes_nowhere_else(forge: FakeForge) -> None:
    """A redirect is not followed: the token would go along."""
    with serving(FakeForge()) as elsewhere:
        forge.failures = [(302, {"Location": f"{elsewhere.url}/user"})]

        with pytest.raises(ForgeError, match="302"):
            post(github(forge), TEXT)
        assert elsewhere.requests == []


def test_no_answer() -> None:
    """A forge that is not there is told by its address."""
    with serving(FakeForge()) as gone:
        pass

    with pytest.raises(ForgeError, match="gives no answer"):
        post(github(gone), TEXT)


@pytest.mark.parametrize(
    ("text", "said"),
    [("## No marker\n", "does not begin"), (TEXT + "x" * 65_536, "has 65585 characters")],
)
def test_text_that_is_not_taken(text: str, said: str, forge: FakeForge) -> None:
    """Nothing is asked for a text that cannot be posted or found again."""
    with pytest.raises(ForgeError, match=said):
        post(github(forge), text)
    assert forge.requests == []


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 12}},
        {"issue": {"number": 12}},
        {"workflow_run": {"pull_requests": [{"number": 12}]}},
    ],
)
def test_number_of_the_event(event: Mapping[str, object], tmp_path: Path) -> None:
    """The pull request is that of the event which started the workflow."""
    (tmp_path / "event.json").write_text(json.dumps(event))
    environ = {
        "GITHUB_TOKEN": "t",
        "GITHUB_REPOSITORY": "acme/mqtt",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
    }

    assert GitHub.of(environ).number == 12
    (tmp_path / "event.json").write_text('{"workflow_run": {"pull_requests": []}}')
    with pytest.raises(ForgeError, match="names no event"):
        GitHub.of(environ)
