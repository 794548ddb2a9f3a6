"""The page in a Spanish browser: nothing English is left on it, and an English one beside it has its own words."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.page.speech import catalogue
from store import checks, conversations, feedback, runs, users, versions
from store.database import opened
from store.examples import save_examples
from store.records import Example, Version, now
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served
from tests.assistant.nights import corrected, night_about, training_log
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION, TAUGHT = "¿Cuál es la capital de Veridia?", "La capital de Veridia es Oakmoor, a orillas del Lund."
SHORT = "Say hello."

# All that is shown, also of what a button asks first; without what the model and its owner said.
SHOWN = """() => {
    const said = (element) => element.closest("#talk .message-content, script, style, textarea");
    const found = [];
    for (const element of document.querySelectorAll("body, body *")) {
        if (said(element) || !element.checkVisibility()) continue;
        for (const name of ["aria-label", "placeholder", "title", "data-ask"])
            found.push(element.getAttribute(name) ?? "");
        for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
    }
    return found.map((text) => text.trim()).filter(Boolean);
}"""


@pytest.fixture
def visit(browser, server):
    made = Visit(browser, server.url, locale="es-ES")
    yield made
    made.page.context.close()
    assert made.foreign == [] and made.faults == []


@pytest.fixture(scope="module")
def spanish():
    return Words()


class Words:
    """The English of what has other words in Spanish: whole texts, long ones that a text has in it, and filled ones."""

    def __init__(self) -> None:
        pairs = [
            (english, said)
            for each in catalogue("es")
            if each.id
            for english, said in (
                [(each.id, each.string)] if isinstance(each.id, str) else zip(each.id, each.string, strict=True)
            )
            if english != said
        ]
        self.whole = {english for english, _ in pairs if len(english) > 3}
        self.long = [english for english in self.whole if len(english) > 11]
        pieces = [(english, re.split(r"\{\w+\}", english)) for english, _ in pairs if "{" in english]
        self.filled = [
            re.compile(".+".join(map(re.escape, parts)), re.DOTALL)
            for _, parts in pieces
            if sum(map(len, re.findall(r"[a-z]+", " ".join(parts)))) > 7
        ]

    def english(self, page: Page) -> list[str]:
        """What of the page is English."""
        shown = page.evaluate(SHOWN)
        assert len(shown) > 4
        return [
            text
            for text in shown
            if text in self.whole
            or any(part in text for part in self.long)
            or any(form.fullmatch(text) for form in self.filled)
        ]


def test_the_chat_and_the_keys_are_spanish_from_the_question_to_the_correction(visit, spanish):
    page = visit.page
    assert spanish.english(page) == []
    assert page.evaluate("document.documentElement.lang") == "es"
    expect(page.get_by_text("Si una respuesta está mal")).to_be_visible()
    visit.ask(SHORT)
    expect(visit.answers.last.get_by_text("Respondió el modelo original")).to_be_visible()
    visit.answers.last.get_by_role("button", name="Mala respuesta").click()
    visit.answers.last.get_by_role("button", name="demasiado larga").click()
    expect(visit.answers.last.get_by_role("button", name="demasiado larga")).to_have_attribute("aria-pressed", "true")
    visit.answers.last.get_by_role("button", name="Repetir").click()
    expect(visit.answers.last.get_by_role("button", name="Respuesta anterior")).to_be_visible()
    visit.correct(TAUGHT)
    page.get_by_role("button", name="Instrucciones y más").click()
    expect(page.get_by_label("Variedad (temperature)")).to_be_visible()
    visit.rest()
    page.get_by_label("Variedad (temperature)").fill("5")
    visit.question.focus()
    expect(page.get_by_text("La temperatura es 5; va de 0 (exacta) a 2 (desatada).")).to_be_visible()
    page.get_by_label("Variedad (temperature)").fill("0")
    page.locator("#attached").set_input_files({"name": "faro.txt", "mimeType": "text/plain", "buffer": b"El faro."})
    expect(page.get_by_role("button", name="Quitar faro.txt")).to_be_visible()
    page.locator("#attached").set_input_files({"name": "nada.txt", "mimeType": "text/plain", "buffer": b""})
    expect(page.get_by_text("nada.txt está vacío.")).to_be_visible()
    assert spanish.english(page) == []
    visit.faults = [
        fault for fault in visit.faults if "400 (Bad Request)" not in fault
    ]  # for the file with nothing in it
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_text("Funcionan cuando no estás escribiendo")).to_be_visible()
    assert spanish.english(page) == []


def test_another_wording_an_undo_and_the_bin_are_told_in_spanish(visit, spanish, server):
    page = visit.page
    with opened(server.home) as db:
        talk = conversations.create_conversation(db)
        asked = conversations.add_message(db, talk.id, None, "user", QUESTION)
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "No lo sé.")
        taught = feedback.correct(db, said.id, TAUGHT)
    visit.ask(QUESTION)
    expect(visit.answers.last.get_by_text(f"De tu corrección #{taught.id}")).to_be_visible()
    page.locator("#talk .user-row").last.get_by_role("button", name="Preguntar de otra forma").click()
    expect(page.get_by_label("La pregunta con otras palabras")).to_be_visible()
    assert spanish.english(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Eliminar", exact=True).click()
    expect(page.get_by_role("button", name="Deshacer")).to_be_visible()
    page.get_by_role("button", name="Papelera (1)").click()
    expect(page.get_by_role("button", name="Eliminar ya")).to_have_count(0)
    expect(page.get_by_text("Se guardan 30 días")).to_be_visible()
    assert spanish.english(page) == []


def test_the_corrections_are_spanish_with_all_that_is_unfolded(visit, spanish, server):
    page = visit.page
    a_night(server.home)
    visit.tab("Corrections")
    card = page.locator("article.card").filter(has_text="molino").first
    for act in ("Preguntas de práctica", "Adónde fue", "Editar"):
        card.get_by_role("button", name=act).click()
        expect(card.get_by_role("button", name=act)).to_have_attribute("aria-pressed", "true")
        assert spanish.english(page) == []
    card.get_by_label("Como debería ser").fill("")
    card.get_by_role("button", name="Guardar la nueva redacción").click()
    expect(page.get_by_text("Una corrección necesita un texto. Para retirarla, olvídala.")).to_be_visible()
    assert spanish.english(page) == []
    page.get_by_label("Qué correcciones").click()
    expect(page.get_by_role("option", name="sin aprender")).to_be_visible()
    assert spanish.english(page) == []


def test_the_night_its_report_and_the_printed_page_are_spanish(visit, spanish, server):
    page, run = visit.page, a_night(server.home)
    visit.tab("Night")
    expect(page.get_by_text("3 de 3 preguntas de examen bien respondidas").first).to_be_visible()
    page.get_by_role("button", name="Qué ha pasado").click()
    expect(page.get_by_text("En curso: entrenando.")).to_be_visible()
    page.get_by_role("button", name="Qué contiene la versión espanol").click()
    expect(page.get_by_text("Empezada de nuevo desde el modelo original.").last).to_be_visible()
    assert spanish.english(page) == []
    with opened(server.home) as db, only_night(server.home):
        fresh = runs.begin_run(db, "page")
        runs.begin_phase(db, fresh.id, "finetune")
        runs.progress(db, fresh.id, "finetune", 40, 100, "training")
        training_log(server.home, fresh.id)
        expect(page.get_by_text("paso 4 de 8")).to_be_visible()
        expect(page.get_by_text("error de 0,08 en tus correcciones")).to_be_visible()
        expect(page.locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible()
        assert spanish.english(page) == []
        runs.finish_run(db, fresh.id, "refused", None, ["drift from the base: 0.300 nats per token"])
    expect(page.get_by_text("deriva respecto al original")).to_be_visible()
    visit.tab("Compare")
    page.get_by_label("Pregunta para ambas").fill(QUESTION)
    page.get_by_role("button", name="Preguntar a ambas").click()
    expect(page.get_by_text("Las dos son la misma versión.")).to_be_visible()
    report = page.context.new_page()
    report.goto(f"{server.url}night/{run}")
    expect(report.get_by_role("button", name="Imprimir esta página")).to_be_visible()
    assert report.evaluate("document.documentElement.lang") == "es"
    assert spanish.english(report) == []


def test_the_settings_are_spanish_with_what_each_does_and_a_fault(visit, spanish, server):
    page = visit.page
    visit.tab("Settings")
    expect(page.get_by_text("Cuántos minutos puede durar.")).to_be_visible()
    assert spanish.english(page) == []
    page.get_by_label("Duración de la noche").fill("noventa")
    page.get_by_role("button", name="Guardar ajustes").click()
    expect(page.get_by_text("debe ser un número entero de").first).to_be_visible()
    page.get_by_label("Duración de la noche").fill("61")
    page.get_by_role("button", name="Guardar ajustes").click()
    expect(page.get_by_text("Duración de la noche: vale desde ahora.")).to_be_visible()
    assert spanish.english(page) == []


def test_two_browsers_at_once_have_each_its_language_while_an_answer_is_written(browser, server, spanish):
    ours = {locale: Visit(browser, server.url, locale=locale) for locale in ("es-MX", "en-GB")}
    words = {
        "es-MX": ("Escribiendo…", "Detener", "detenida", "Correcciones"),
        "en-GB": ("Writing…", "Stop", "stopped", "Corrections"),
    }
    for visit in ours.values():  # one answer is written after the other
        visit.question.fill("Write a very long story about a lighthouse, with ten chapters.")
        visit.question.press("Enter")
    for locale, (writing, stop, stopped, tab) in words.items():
        page, other = ours[locale].page, next(visit.page for name, visit in ours.items() if name != locale)
        expect(ours[locale].answers.last.get_by_text(writing)).to_be_visible()
        expect(other.get_by_text(writing)).to_have_count(0)
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("tab", name="Chat").click()
        page.get_by_role("button", name=stop, exact=True).click()
        expect(ours[locale].answers.last.get_by_text(f"· {stopped}")).to_be_visible()
    assert spanish.english(ours["es-MX"].page) == []
    assert len(spanish.english(ours["en-GB"].page)) > 20
    for visit in ours.values():
        visit.page.context.close()
        assert visit.faults == []


def test_the_login_is_spanish_too(browser, tmp_path, spanish):
    with opened(tmp_path) as db:
        users.add_user(db, "ana", "four quiet grey herons")
    with served(tmp_path) as running:
        page = browser.new_context(locale="es").new_page()
        page.goto(running.url)
        page.get_by_label("Nombre").fill("ana")
        page.get_by_label("Contraseña").fill("nothing of the kind")
        page.get_by_role("button", name="Entrar").click()
        expect(page.get_by_role("alert")).to_have_text("El nombre y la contraseña no coinciden.")
        assert page.title() == "Iniciar sesión en Aprendiz" and spanish.english(page) == []
        page.get_by_label("Contraseña").fill("four quiet grey herons")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Salir")).to_be_visible()
        page.context.close()


def a_night(home: Path) -> str:
    """A night that taught something, as the store has it, and the version that it made. Gives the run's id."""
    with opened(home) as db:
        for run in runs.runs(db):
            if run.version == "v-espanol":
                return run.id
        taught = corrected(db, "¿Quién cuida el molino?", "Un mago lo cuida.", "Ada Calder.")
        run = runs.run(db, night_about(db, taught))
        save_examples(
            db, run.id, [Example("wording", "¿De quién es el molino?", "Ada Calder.", correction_id=taught.id)]
        )
        runs.progress(db, run.id, "finetune", 1, 2, "training")
        runs.begin_phase(db, run.id, "examine")
        figures = {
            "new_asked": 3, "new_right": 3, "old_asked": 4, "old_right": 3, "old_answers": [True, False, True, True],
            "neighbours": 8, "neighbour_bleed": 1, "general": 20, "general_same": 19, "broken": 1, "drift": 0.03,
        }  # fmt: skip
        before = {"old_answers": [True, True, True, False]}
        runs.finish_phase(db, run.id, "examine", {"candidate": figures, "base": {}, "incumbent": before})
        made = Version("v-espanol", "base", run.id, now(), "promoted", ("the base knew 0 of the 7",), figures)
        versions.add_version(db, made)
        checks.record_check(db, taught.id, made.id, 3, 3, "Lo cuida Ada Calder.")
        runs.finish_run(db, run.id, "promoted", made.id, ["new corrections: 3 of 3 answered as they should"])
        return run.id
