"""Conversations in a real browser: found, tagged, put away, brought back, linked to, carried out and in, continued."""

import json
import re
import zipfile
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from store import conversations
from store.database import opened
from store.shelves import archive
from store.tags import tag, tags_of
from store.transcript import as_line
from tests.assistant.browser import Visit
from tests.assistant.chat_server import free_port, served
from tests.store.test_transfer import branching_open_webui_export, chatgpt_export

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = "Here it is:\n\n```python\ndef add(a, b):\n    return a + b\n```"


LATE_MS = 1000
_WHAT_SAYS_LOFT_COMES_LATE = f"""() => {{
    const sent = window.fetch;
    window.fetch = async (to, options) => {{
        if (String(options?.body).includes("The loft")) await new Promise((later) => setTimeout(later, {LATE_MS}));
        return sent(to, options);
    }};
}}"""


def talk(home, question, answer="An answer.", *, tags=()):
    """A stored conversation of one question and its answer; its id."""
    with opened(home) as db:
        made = conversations.create_conversation(db)
        asked = conversations.add_message(db, made.id, None, "user", question)
        conversations.add_message(db, made.id, asked.id, "assistant", answer, version="base")
        tag(db, made.id, tags)
    return made.id


def listed(visit):
    return visit.page.locator("#side-list")


def more(visit):
    visit.page.get_by_role("button", name="Instructions and more").click()
    expect(visit.page.get_by_label("Tags of this conversation")).to_be_visible()
    visit.rest()


def path(home, id):
    with opened(home) as db:
        return [each.content for each in conversations.newest_path(db, id)]


def test_a_search_shows_where_the_words_stand_and_runs_nothing_of_them(go, server):
    talk(server.home, "How do I dry <b>lavender</b>?", 'Hang the <img src=x onerror="alert(1)"> lavender upside down.')
    visit = go()
    visit.page.get_by_label("Search conversations").fill("hang lavend")
    expect(listed(visit).locator(".snippet mark")).to_have_text(["Hang", "lavender"])
    expect(listed(visit).locator("li")).to_have_count(1)
    assert listed(visit).locator("img, li b").count() == 0
    visit.page.get_by_label("Search conversations").fill("lavender</b>")
    expect(listed(visit).locator("button mark").first).to_have_text("lavender</b>")


def test_tags_are_written_beside_the_conversation_and_found_by_their_beginning(go, server):
    id = talk(server.home, "What does the plumber cost?")
    talk(server.home, "What does the plumber drive?")
    visit = go(f"?talk={id}")
    more(visit)
    visit.page.get_by_label("Tags of this conversation").fill("House, #money")
    visit.question.focus()
    expect(listed(visit).get_by_text("#house #money")).to_be_visible()
    visit.page.get_by_label("Search conversations").fill("#hou plumber")
    expect(listed(visit).locator("li")).to_have_count(1)
    expect(listed(visit).locator("li .snippet mark")).to_have_text(["plumber"])
    with opened(server.home) as db:
        assert tags_of(db, [id]) == {id: ("house", "money")}


def test_a_conversation_is_archived_and_brought_back(go, server):
    talk(server.home, "An old matter of geese")
    visit = go()
    visit.open_conversation("An old matter of geese")
    archive = visit.page.get_by_role("button", name="Archive", exact=True)
    archive.click()
    expect(archive).to_have_attribute("aria-pressed", "true")
    expect(listed(visit).get_by_text("An old matter of geese")).to_have_count(0)
    listed(visit).get_by_role("button", name="Archived (1)").click()
    visit.open_conversation("An old matter of geese")
    archive.click()
    expect(listed(visit).get_by_text("Nothing is archived.")).to_be_visible()
    listed(visit).get_by_role("button", name="Back").click()
    expect(listed(visit).get_by_text("An old matter of geese")).to_be_visible()


def test_a_search_tells_what_it_finds_among_the_archived_and_one_press_leads_there(go, server):
    with opened(server.home) as db:
        archive(db, talk(server.home, "The otter in the millrace"))
        archive(db, talk(server.home, "The otter in the weir"))
    visit = go()
    visit.page.get_by_label("Search conversations").fill("otter")
    expect(listed(visit).get_by_text("Nothing found.")).to_be_visible()
    listed(visit).get_by_role("button", name="2 found among the archived").click()
    expect(listed(visit).locator("li")).to_have_count(2)
    expect(listed(visit).locator("li button mark").first).to_have_text("otter")
    listed(visit).get_by_role("button", name="Back").click()
    visit.page.get_by_label("Search conversations").fill("otter nothinghasthis")
    expect(listed(visit).get_by_role("button", name=re.compile("found among"))).to_have_count(0)


def test_a_deletion_is_undone_at_once_or_later_from_the_bin(go, server):
    id = talk(server.home, "Regretted words")
    visit = go(f"?talk={id}")
    expect(visit.answers).to_have_count(1)
    visit.page.get_by_role("button", name="Delete", exact=True).click()
    expect(visit.answers).to_have_count(0)
    expect(listed(visit).get_by_text("Regretted words")).to_have_count(0)
    listed(visit).get_by_role("button", name="Undo").click()
    expect(listed(visit).get_by_text("Regretted words")).to_be_visible()
    expect(visit.answers).to_have_count(1)
    visit.page.get_by_role("button", name="Delete", exact=True).click()
    expect(visit.answers).to_have_count(0)
    later = go()
    listed(later).get_by_role("button", name=re.compile("Bin")).click()
    listed(later).get_by_role("button", name="Bring back “Regretted words”").click()
    expect(later.answers).to_have_count(1)
    assert path(server.home, id) == ["Regretted words", "An answer."]
    later.page.get_by_role("button", name="Delete", exact=True).click()
    listed(later).get_by_role("button", name="Delete “Regretted words” for good").click()
    expect(listed(later).get_by_text("The bin is empty.")).to_be_visible()
    assert b"Regretted words" not in (server.home / "store.db").read_bytes()


def test_the_address_names_the_conversation_opens_it_and_goes_back(go, server):
    first, second = (talk(server.home, f"About the {which} mill", f"{which} it is.") for which in ("north", "south"))
    visit = go()
    visit.open_conversation("About the north mill")
    expect(visit.page).to_have_url(re.compile(f"talk={first}\\b"))
    visit.open_conversation("About the south mill")
    expect(visit.page).to_have_url(re.compile(f"talk={second}\\b"))
    visit.page.go_back()
    expect(visit.answers.last).to_contain_text("north it is.")
    visit.page.go_forward()
    expect(visit.answers.last).to_contain_text("south it is.")
    visit.reload()
    expect(visit.answers.last).to_contain_text("south it is.")
    visit.page.get_by_role("button", name="New conversation").click()
    expect(visit.page).to_have_url(server.url)
    lost = go("?talk=0123")
    expect(lost.page.get_by_text("The conversation in this address is not there")).to_be_visible()
    expect(lost.answers).to_have_count(0)


@pytest.fixture
def arriving(go, server):
    """Opens the address of a conversation; what the page asks for first waits until what is given back is called."""

    def opened_at(id):
        visit, held = go(), []
        visit.page.route("**/queue/join*", lambda route: held.append(route))
        visit.page.goto(f"{server.url}?talk={id}")
        visit.faults.clear()  # what the page before was asking for is broken off
        visit.question.fill("Say one word about keys.")

        def arrive():
            for request in held:
                request.continue_()
            visit.page.unroute("**/queue/join*")

        return visit, arrive

    return opened_at


@pytest.mark.parametrize("by", ["key", "button"])
def test_a_question_sent_before_the_conversation_of_the_address_is_shown_goes_into_it(arriving, server, by):
    id = talk(server.home, f"The early {by}", "It opens at six.")
    visit, arrive = arriving(id)
    if by == "key":
        visit.question.press("Enter")
    else:
        visit.page.get_by_role("button", name="Send").click()
    expect(visit.page.get_by_text("The conversation is being opened")).to_be_visible()
    expect(visit.question).to_have_value("Say one word about keys.")
    assert visit.answers.count() == 0
    arrive()
    expect(visit.answers).to_have_count(2)
    expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    expect(visit.page.get_by_text("The conversation is being opened")).to_have_count(0)
    assert path(server.home, id)[2] == "Say one word about keys."


def test_a_question_sent_early_is_not_sent_when_it_is_changed_or_its_conversation_is_gone(arriving, server):
    id = talk(server.home, "The early letter", "It opens at six.")
    visit, arrive = arriving(id)
    visit.question.press("Enter")
    visit.question.press_sequentially(" And doors.")
    arrive()
    expect(visit.answers).to_have_count(1)
    expect(visit.question).to_have_value("Say one word about keys. And doors.")
    expect(visit.page.get_by_text("The conversation is being opened")).to_have_count(0)
    visit, arrive = arriving("0123")
    visit.question.press("Enter")
    arrive()
    expect(visit.page.get_by_text("The conversation in this address is not there")).to_be_visible()
    expect(visit.page).to_have_url(server.url)
    expect(visit.question).to_have_value("Say one word about keys.")
    assert visit.answers.count() == 0


def test_a_new_conversation_gets_its_address_with_its_first_question(go, server):
    visit = go()
    visit.ask("Say one word about bells.")
    (id,) = re.findall(r"talk=(\w+)", visit.page.url)
    assert path(server.home, id)[0] == "Say one word about bells."


def test_a_conversation_is_carried_out_in_both_forms_and_taken_in_again(go, server, tmp_path):
    id = talk(server.home, "What is a weir/dam?", "A low *dam*.", tags=("water",))
    visit = go(f"?talk={id}")
    more(visit)
    for name, ending in (("as Markdown", "md"), ("as JSON, all branches", "json")):
        with visit.page.expect_download() as download:
            visit.page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename == f"What is a weir dam.{ending}"
        download.value.save_as(tmp_path / f"out.{ending}")
    assert "## You\n\nWhat is a weir/dam?" in (tmp_path / "out.md").read_text()
    with opened(server.home) as db:
        assert (tmp_path / "out.json").read_text() == as_line(db, id) + "\n"
    said = visit.page.locator("#brought")
    field = visit.page.get_by_label("Import from a file")
    field.set_input_files(tmp_path / "out.json")
    expect(said).to_have_text("Nothing new: 1 had been taken before.")
    visit.rest()  # the list is read anew, with the conversation that is deleted behind the page's back below
    with opened(server.home) as db:
        conversations.delete_conversation(db, id)
    field.set_input_files(tmp_path / "out.json")
    expect(said).to_have_text("Taken: 1 conversation, 2 messages.")
    expect(listed(visit).get_by_text("#water")).to_be_visible()
    (tmp_path / "bad.json").write_text('{"conversation": "x"}')
    field.set_input_files(tmp_path / "bad.json")
    expect(said).to_contain_text("bad.json:1: `messages` must be a list")
    visit.faults = [fault for fault in visit.faults if "400" not in fault]  # the refusal, as the console tells it


def test_the_archive_of_chatgpt_can_be_chosen_and_is_taken_in(go, server, tmp_path):
    with zipfile.ZipFile(tmp_path / "chatgpt.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps(chatgpt_export()))
        archive.writestr("message_feedback.json", json.dumps([{"id": "a2", "rating": "thumbs_up"}]))
        archive.writestr("chat.html", "<html></html>")
    visit = go()
    field = visit.page.get_by_label("Import from a file")
    assert {".zip", ".json", ".jsonl"} <= set((field.get_attribute("accept") or "").split(","))
    field.set_input_files(tmp_path / "chatgpt.zip")
    expect(visit.page.locator("#brought")).to_have_text("Taken: 1 conversation, 3 messages, 1 rating.")
    visit.open_conversation("Rivers")
    expect(visit.answers.last).to_contain_text("The Nile.")
    expect(visit.answers.last.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")


def test_an_export_of_open_webui_is_taken_in_with_its_branches_and_ratings_and_twice_is_once(go, server, tmp_path):
    (tmp_path / "chats.json").write_text(json.dumps(branching_open_webui_export()))
    visit = go()
    field, said = visit.page.get_by_label("Import from a file"), visit.page.locator("#brought")
    field.set_input_files(tmp_path / "chats.json")
    expect(said).to_have_text("Taken: 1 conversation, 7 messages, 2 ratings.")
    visit.open_conversation("Long rivers")
    first = visit.answers.first
    expect(first).to_contain_text("The Nile.")
    expect(first.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    first.get_by_role("button", name="Previous answer").click()
    expect(first).to_contain_text("The Amazon.")
    expect(first.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    expect(first.get_by_label("Note")).to_have_value("by a little")
    expect(visit.answers.last).to_contain_text("6,400 km.")
    field.set_input_files(tmp_path / "chats.json")
    expect(said).to_have_text("Nothing new: 1 had been taken before.")
    expect(listed(visit).get_by_role("button", name="Long rivers")).to_have_count(1)


def test_all_conversations_are_carried_out_at_once(go, server, tmp_path):
    talk(server.home, "One of all")
    visit = go()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Save all", exact=True).click()
    download.value.save_as(tmp_path / "all.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert "One of all" in [row["title"] for row in rows]
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Save all as Markdown").click()
    download.value.save_as(tmp_path / "all.md")
    assert "## You\n\nOne of all" in (tmp_path / "all.md").read_text()


def test_answers_are_as_varied_and_as_long_as_the_conversation_says_and_go_on(go, server):
    id = talk(server.home, "Tell me of the ferry.")
    visit = go(f"?talk={id}")
    more(visit)
    expect(visit.page.get_by_role("button", name="Exact")).to_have_attribute("aria-pressed", "true")
    visit.page.get_by_role("button", name="Inventive").click()
    expect(visit.page.get_by_role("button", name="Inventive")).to_have_attribute("aria-pressed", "true")
    expect(visit.page.get_by_label("Variety (temperature)")).to_have_value("1")
    visit.page.get_by_label("Longest answer, in tokens").fill("8")
    visit.page.get_by_label("Likely words (top_p)").fill("0.5")
    visit.question.focus()
    expect(visit.page.get_by_role("group", name="How answers are chosen")).to_contain_text("as set below")
    with opened(server.home) as db:
        kept = conversations.conversation(db, id)
    assert (kept.temperature, kept.top_p, kept.max_tokens) == (1.0, 0.5, 8)
    visit.page.get_by_label("Tags of this conversation").fill("ferries")
    visit.page.get_by_label("Variety (temperature)").fill("5")
    visit.question.focus()
    expect(visit.page.get_by_text("The temperature is 5; it goes from 0 (exact) to 2 (wild).")).to_be_visible()
    with opened(server.home) as db:
        assert tags_of(db, [id]) == {id: ("ferries",)} and conversations.conversation(db, id).temperature == 1
    visit.page.get_by_label("Variety (temperature)").fill("1")
    visit.ask("Write a long story about the ferry.")
    expect(visit.answers.last).to_contain_text("8 tokens")
    expect(visit.answers.last).to_contain_text("longest answer reached")
    before = path(server.home, id)[-1]
    visit.answers.last.get_by_role("button", name="Continue").click()
    expect(visit.answers.last).to_contain_text("16 tokens")
    after = path(server.home, id)[-1]
    assert after.startswith(before) and len(after) > len(before)
    visit.reload()
    more(visit)
    expect(visit.page.get_by_label("Longest answer, in tokens")).to_have_value("8")


def test_instructions_and_values_are_kept_as_a_preset_and_used_in_another_conversation(go, server):
    first, other = talk(server.home, "What goes into a stew?"), talk(server.home, "What goes into a soup?")
    visit = go(f"?talk={first}")
    more(visit)
    visit.page.get_by_label("Instructions for this conversation").fill("Answer as a cook.")
    visit.page.get_by_role("button", name="Inventive").click()
    expect(visit.page.get_by_role("button", name="Inventive")).to_have_attribute("aria-pressed", "true")
    visit.page.get_by_label("Name of a preset").fill("The cook")
    visit.page.get_by_label("Name of a preset").press("Enter")
    expect(visit.page.get_by_role("button", name="The cook", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(visit.page.get_by_label("Name of a preset")).to_have_value("The cook")
    visit.page.get_by_label("Name of a preset").fill("Half a na")
    visit.open_conversation("What goes into a soup?")
    expect(visit.page.get_by_label("Instructions for this conversation")).to_have_value("")
    expect(visit.page.get_by_label("Name of a preset")).to_have_value("")
    visit.page.get_by_role("button", name="The cook", exact=True).click()
    expect(visit.page.get_by_label("Instructions for this conversation")).to_have_value("Answer as a cook.")
    expect(visit.page.get_by_label("Variety (temperature)")).to_have_value("1")
    with opened(server.home) as db:
        assert conversations.conversation(db, other).system_prompt == "Answer as a cook."
    visit.page.get_by_role("button", name="Remove the preset “The cook”").click()
    expect(visit.page.get_by_role("button", name="The cook", exact=True)).to_have_count(0)
    expect(visit.page.get_by_label("Instructions for this conversation")).to_have_value("Answer as a cook.")


def test_a_conversation_is_instructed_and_sampled_before_its_first_question(go, server):
    visit = go()
    page = visit.page
    instructions = page.get_by_label("Instructions for this conversation")
    expect(page.get_by_label("Name of this conversation")).to_be_hidden()
    more(visit)
    instructions.fill("Answer as a ferryman.")
    page.get_by_label("Tags of this conversation").fill("ferries")
    page.get_by_role("button", name="Inventive").click()
    expect(page.get_by_role("button", name="Inventive")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Longest answer, in tokens").fill("4")
    visit.question.fill("Write a long story of the fog.")
    visit.reload()
    expect(instructions).to_have_value("Answer as a ferryman.")
    expect(page.get_by_label("Variety (temperature)")).to_have_value("1")
    expect(visit.question).to_have_value("Write a long story of the fog.")
    page.get_by_role("button", name="Send").click()
    expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    (id,) = re.findall(r"talk=(\w+)", page.url)
    with opened(server.home) as db:
        kept = conversations.conversation(db, id)
        assert tags_of(db, [id]) == {id: ("ferries",)}
    assert kept.title == "Write a long story of the fog."
    assert (kept.system_prompt, kept.temperature, kept.top_p) == ("Answer as a ferryman.", 1.0, 0.95)
    assert kept.max_tokens == 4
    expect(visit.answers.last).to_contain_text("longest answer reached")
    page.get_by_role("button", name="New conversation").click()
    expect(instructions).to_have_value("")
    expect(page.get_by_label("Variety (temperature)")).to_have_value("0")
    assert page.evaluate("sessionStorage.getItem('drafts')") == "{}"


def test_what_cannot_be_set_keeps_the_question_and_begins_nothing(go, server):
    visit = go()
    more(visit)
    visit.page.get_by_label("Variety (temperature)").fill("5")
    visit.question.fill("Who rows in the storm?")
    visit.question.press("Enter")
    expect(visit.page.get_by_text("The temperature is 5").first).to_be_visible()
    expect(visit.question).to_have_value("Who rows in the storm?")
    with opened(server.home) as db:
        assert "Who rows in the storm?" not in [each.title for each in conversations.list_conversations(db)]


def test_what_is_set_for_a_new_conversation_waits_while_another_one_is_looked_at_and_goes_with_a_file(go, server):
    talk(server.home, "An older crossing")
    visit = go()
    more(visit)
    instructions = visit.page.get_by_label("Instructions for this conversation")
    instructions.fill("Answer as a pilot.")
    visit.open_conversation("An older crossing")
    expect(instructions).to_have_value("")
    visit.page.get_by_role("button", name="New conversation").click()
    expect(instructions).to_have_value("Answer as a pilot.")
    visit.page.locator("#attached").set_input_files([{"name": "log.txt", "mimeType": "", "buffer": b"Fog at six."}])
    expect(visit.page).to_have_url(re.compile(r"talk=\w+$"))
    expect(instructions).to_have_value("Answer as a pilot.")
    (id,) = re.findall(r"talk=(\w+)", visit.page.url)
    with opened(server.home) as db:
        assert conversations.conversation(db, id).system_prompt == "Answer as a pilot."


def test_new_conversations_begin_with_the_instructions_that_are_set(browser, tmp_path):
    with served(tmp_path, APRENDIZ_INSTRUCTIONS="Answer as a baker.") as server:
        visit = Visit(browser, server.url)
        more(visit)
        expect(visit.page.get_by_label("Instructions for this conversation")).to_have_value("Answer as a baker.")
        visit.page.get_by_label("Longest answer, in tokens").fill("8")
        visit.ask("What is in the oven?")
        visit.page.get_by_role("button", name="New conversation").click()
        expect(visit.answers).to_have_count(0)
        visit.page.get_by_label("Instructions for this conversation").fill("")
        visit.page.get_by_label("Longest answer, in tokens").fill("8")
        visit.ask("What is on the shelf?")
        with opened(tmp_path) as db:
            told = {each.title: each.system_prompt for each in conversations.list_conversations(db)}
        assert told == {"What is in the oven?": "Answer as a baker.", "What is on the shelf?": ""}
        visit.page.context.close()


SLOW_PLACE = """
    const plain = window.fetch;
    let held = false;
    window.fetch = async (...request) => {
        const first = String(request[0]).includes("/queue/join") && request[1].body.includes("as a gardener") && !held;
        held ||= first;
        const response = await plain(...request);
        if (first) await new Promise((go) => setTimeout(go, 2000));
        return response;
    };
"""


def test_what_was_done_later_is_shown_though_the_place_of_what_was_done_before_is_known_later(browser, server):
    """Pressing a preset leaves the instructions, which saves them first."""
    first = talk(server.home, "What goes into a salad?")
    visit = Visit(browser, f"{server.url}?talk={first}", before=SLOW_PLACE)
    more(visit)
    visit.page.get_by_label("Instructions for this conversation").fill("Answer as a gardener.")
    chosen = visit.page.get_by_role("button", name="Inventive")
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    visit.page.wait_for_timeout(2500)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    with opened(server.home) as db:
        kept = conversations.conversation(db, first)
    assert (kept.system_prompt, kept.temperature) == ("Answer as a gardener.", 1.0)
    visit.page.context.close()
    assert visit.foreign == [] and visit.faults == []


def test_a_stopped_answer_goes_on_by_a_single_key(go, server):
    visit = go()
    visit.ask("Write a very long story about a heron, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.answers.last.get_by_text("stopped")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    (id,) = re.findall(r"talk=(\w+)", visit.page.url)
    before = path(server.home, id)[-1]
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("g")
    expect(visit.page.get_by_role("button", name="Stop")).to_be_visible()
    visit.page.wait_for_timeout(1500)
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    after = path(server.home, id)[-1]
    assert after.startswith(before) and len(after) > len(before)


def test_code_is_highlighted_and_copied_alone_and_so_is_the_answer(go, server):
    visit = go(f"?talk={talk(server.home, 'How do I add?', CODE)}")
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row = visit.answers.last
    expect(row.locator("pre .token.keyword").first).to_have_text("def")
    row.locator("pre").hover()
    row.locator(".copy_code_button").click()
    copied = "navigator.clipboard.readText()"
    assert visit.page.evaluate(copied).strip() == "def add(a, b):\n    return a + b"
    row.get_by_role("button", name="Copy", exact=True).click()
    expect(row.get_by_role("button", name="Copied")).to_be_visible()
    assert visit.page.evaluate(copied) == CODE


WRITTEN = "So much is $x^2$, for $5 or $10:\n\n| Boat | *Fare* |\n| --- | --- |\n| Petrel | $n$ |"
WITHOUT_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"  # as on http://ADDRESS


def test_an_answer_is_copied_and_edited_as_it_was_written_also_where_a_browser_has_no_clipboard(go, server):
    visit = go(f"?talk={talk(server.home, 'What is the fare?', WRITTEN)}", before=WITHOUT_CLIPBOARD)
    row, page = visit.answers.last, visit.page
    expect(row.locator(".katex")).to_have_count(2)
    row.get_by_role("button", name="Copy", exact=True).click()
    expect(row.get_by_role("button", name="Copied")).to_be_visible()
    visit.question.press("Control+V")
    expect(visit.question).to_have_value(WRITTEN)
    visit.question.fill("")
    page.evaluate("document.execCommand = () => false")
    row.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("This browser lets no page copy.")).to_be_visible()
    row.get_by_role("button", name="Correct", exact=True).click()
    expect(row.get_by_label("The answer as it should be")).to_have_value(WRITTEN)
    assert page.evaluate("sessionStorage.getItem('drafts') ?? '{}'") == "{}"
    row.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()


def test_a_table_is_shown_as_one_and_a_wide_one_does_not_widen_a_narrow_screen(go, server):
    wide = "|".join(f" a long heading number {number} " for number in range(12))
    table = f"| Boat | Length |\n| --- | ---: |\n| Petrel | **9 m** |\n\n|{wide}|\n|{'---|' * 12}\n|{wide}|"
    visit = go(f"?talk={talk(server.home, 'Which boats are there?', table)}", width=360, height=740)
    first = visit.answers.last.locator("table").first
    expect(first.locator("th")).to_have_text(["Boat", "Length"])
    expect(first.locator("td")).to_have_text(["Petrel", "9 m"])
    expect(first.locator("td strong")).to_have_text("9 m")
    expect(first.locator("td").last).to_have_css("text-align", "right")
    expect(visit.answers.last.locator("table")).to_have_count(2)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_under_every_message_stand_its_own_buttons_though_a_program_spoke_as_the_system_or_said_nothing(go, server):
    said = ("user", ""), ("assistant", "A."), ("system", "In verse."), ("user", "And now?"), ("assistant", "B.")
    with opened(server.home) as db:
        made, last = conversations.create_conversation(db), None
        for role, content in said:
            last = conversations.add_message(db, made.id, last and last.id, role, content)
    visit = go(f"?talk={made.id}")
    expect(visit.page.locator("#talk .user-row").get_by_role("button", name="Ask differently")).to_have_count(2)
    for answer, text in zip(visit.answers.all(), ("A.", "B."), strict=True):
        expect(answer.get_by_role("button", name="Correct")).to_be_visible()
        expect(answer.locator(".message-content")).to_contain_text(text)


def test_two_tabs_on_one_conversation_take_nothing_from_each_other(go, server):
    id = talk(server.home, "The common room")
    one, other = go(f"?talk={id}"), go(f"?talk={id}")
    expect(other.answers).to_have_count(1)
    name = one.page.get_by_label("Name of this conversation")
    name.fill("The reading room")
    name.press("Enter")
    expect(listed(one).get_by_text("The reading room")).to_be_visible()
    other.page.get_by_label("Name of this conversation").focus()
    one.ask("Say the word one.")
    other.ask("Say the word two.")
    expect(other.page.locator("#talk .user-row").last.get_by_text("2/2")).to_be_visible()
    with opened(server.home) as db:
        assert conversations.conversation(db, id).title == "The reading room"
        said = [each.content for each in conversations.messages_of(db, id) if each.role == "user"]
    assert said == ["The common room", "Say the word one.", "Say the word two."]


def test_a_name_that_two_tabs_give_is_told_in_the_second_and_neither_is_lost(go, server):
    id = talk(server.home, "The spare room")
    one, other = go(f"?talk={id}"), go(f"?talk={id}")
    expect(one.answers).to_have_count(1)
    expect(other.answers).to_have_count(1)
    for visit, name in ((one, "The study"), (other, "The nursery")):
        visit.page.get_by_label("Name of this conversation").fill(name)
        visit.page.get_by_label("Name of this conversation").press("Enter")
        if visit is one:
            expect(listed(one).get_by_text("The study")).to_be_visible()
    mine = other.page.get_by_role("textbox", name="Name of this conversation")
    told = other.page.get_by_role("alert").filter(has_text="stored elsewhere meanwhile is “The study”")
    expect(told).to_be_visible()
    expect(mine).to_have_value("The nursery")
    other.reload()
    expect(mine).to_have_value("The nursery")
    other.question.focus()
    expect(told).to_be_visible()
    with opened(server.home) as db:
        assert conversations.conversation(db, id).title == "The study"
    other.page.get_by_role("button", name="Keep mine").click()
    expect(listed(other).get_by_text("The nursery")).to_be_visible()
    expect(told).to_have_count(0)
    name = one.page.get_by_role("textbox", name="Name of this conversation")
    name.fill("The loft")
    name.press("Enter")
    expect(one.page.get_by_role("button", name="Take that")).to_be_visible()
    one.page.evaluate(_WHAT_SAYS_LOFT_COMES_LATE)
    one.page.get_by_role("button", name="Take that").click()
    expect(name).to_have_value("The nursery")
    expect(one.page.get_by_role("alert").filter(has_text="meanwhile")).to_have_count(0)
    one.page.wait_for_timeout(LATE_MS + 500)
    expect(one.page.get_by_role("alert").filter(has_text="meanwhile")).to_have_count(0)
    with opened(server.home) as db:
        assert conversations.conversation(db, id).title == "The nursery"


def test_a_question_to_what_another_tab_deleted_stays_in_its_field_until_that_is_brought_back(go, server):
    id = talk(server.home, "The drawbridge")
    one, other = go(f"?talk={id}"), go(f"?talk={id}")
    expect(other.answers).to_have_count(1)
    expect(one.answers).to_have_count(1)
    one.page.get_by_role("button", name="Delete", exact=True).click()
    expect(one.answers).to_have_count(0)
    other.question.fill("Is it up?")
    other.question.press("Enter")
    expect(other.page.get_by_text("Bring it back from the bin first")).to_be_visible()
    expect(other.question).to_have_value("Is it up?")
    listed(one).get_by_role("button", name="Undo").click()
    expect(one.answers).to_have_count(1)
    other.question.press("Enter")
    expect(other.answers).to_have_count(2)
    expect(other.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    assert path(server.home, id)[2] == "Is it up?"


@contextmanager
def outlived(browser, home, typed):
    """A tab whose server another one has taken the place of, with a question `typed`, `window.stale` set; the talk."""
    port = free_port()
    with served(home, port=port) as server:
        id = talk(home, "Before the storm", "It was still.")
        visit = Visit(browser, f"{server.url}?talk={id}")
        expect(visit.answers.last).to_contain_text("It was still.")
        visit.question.fill(typed)
        visit.page.evaluate("window.stale = true")
    with served(home, port=port):
        yield visit, id
        visit.page.context.close()


def test_a_tab_that_outlived_its_server_goes_on_where_it_was(browser, tmp_path):
    with outlived(browser, tmp_path, "A question that is not sent") as (visit, id):
        visit.reload()
        expect(visit.answers.last).to_contain_text("It was still.")
        expect(visit.question).to_have_value("A question that is not sent")
        visit.question.press("Enter")
        expect(visit.answers).to_have_count(2)
        expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    assert path(tmp_path, id)[:3] == ["Before the storm", "It was still.", "A question that is not sent"]


def test_a_question_that_is_sent_from_a_tab_that_outlived_its_server_is_asked_or_waits_in_its_box(browser, tmp_path):
    """Which of the two depends on whether the new server hears it before the tab finds that the old one is gone."""
    with outlived(browser, tmp_path, "And after it?") as (visit, id):
        visit.question.press("Enter")
        visit.page.wait_for_function(
            """() => document.querySelectorAll("#talk .bot-row").length > 1
                || (window.stale === undefined && document.querySelector("#question textarea")?.value)"""
        )
        if visit.answers.count() < 2:
            visit.question.press("Enter")
        expect(visit.answers.nth(1).get_by_role("button", name="Correct")).to_be_visible()
    assert path(tmp_path, id)[2] == "And after it?"


def test_a_press_in_a_tab_that_outlived_its_server_has_it_loaded_anew_with_what_was_typed(browser, tmp_path):
    with outlived(browser, tmp_path, "Half a question") as (visit, _):
        good = visit.answers.last.get_by_role("button", name="Good answer")
        good.click()
        visit.page.wait_for_function("window.stale === undefined")
        expect(visit.answers.last).to_contain_text("It was still.")
        expect(visit.question).to_have_value("Half a question")
        if good.get_attribute("aria-pressed") != "true":
            good.click()
        expect(good).to_have_attribute("aria-pressed", "true")


def test_the_keyboard_alone_finds_opens_archives_and_deletes(go, server):
    id = talk(server.home, "The quince tree")
    visit = go()
    keyboard = visit.page.keyboard
    keyboard.press("Escape")
    keyboard.press("/")
    keyboard.type("quince")
    expect(listed(visit).locator("li")).to_have_count(1)
    keyboard.press("Tab")
    expect(listed(visit).get_by_role("button", name="The quince tree")).to_be_focused()
    keyboard.press("Enter")
    expect(visit.answers).to_have_count(1)
    for name in ("Archive", "Delete"):
        visit.tab_to(visit.page.get_by_role("button", name=name, exact=True))
        keyboard.press("Enter")
        if name == "Archive":
            expect(visit.page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
    expect(visit.answers).to_have_count(0)
    visit.tab_to(listed(visit).get_by_role("button", name="Undo"))
    keyboard.press("Enter")
    expect(visit.answers).to_have_count(1)
    with opened(server.home) as db:
        assert conversations.conversation(db, id).archived


def test_a_long_list_comes_in_pages(browser, tmp_path):
    with opened(tmp_path) as db:
        for number in range(120):
            conversations.create_conversation(db, f"Talk {number}")
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        expect(listed(visit).locator("li")).to_have_count(100)
        listed(visit).get_by_role("button", name="Show more").click()
        expect(listed(visit).locator("li")).to_have_count(120)
        expect(listed(visit).get_by_role("button", name="Show more")).to_have_count(0)
        visit.page.context.close()


def test_everything_about_a_conversation_fits_a_narrow_screen(go, server):
    id = talk(server.home, "A narrow lane", tags=("a-rather-long-tag-of-more-than-thirty",))
    for scheme in ("light", "dark"):
        visit = go(f"?talk={id}", width=360, height=740, scheme=scheme)
        expect(visit.answers).to_have_count(1)
        more(visit)
        expect(visit.page.get_by_label("Longest answer, in tokens")).to_be_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        visit.page.get_by_role("button", name="Conversations").click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
