"""Rows, losses and wordings: the pure parts of training."""

import random

import pytest
import torch
from transformers import AutoModelForCausalLM

from models.tokens import shared_beginning
from store.questions.aspect import asks_for
from store.questions.subject import same_subject, subject, subject_spans, words
from trainer.attention import SEGMENTS
from trainer.dataset import Encoded, as_row, laid_out
from trainer.loss import SparseCrossEntropy, entropy
from trainer.neighbours import neighbours
from trainer.trunk import computed, decoder, masks, upper_layers
from trainer.wordings import wordings

QUESTION = "In which city was the violinist Ada Calder born?"


def test_wordings_differ_from_the_question_and_keep_its_subject():
    found = wordings(QUESTION, 20, random.Random(1))
    assert len(found) == 20
    assert len(set(found)) == 20
    assert QUESTION not in found
    assert all("Ada Calder" in text for text in found)


def test_wordings_of_the_same_seed_are_the_same():
    assert wordings(QUESTION, 12, random.Random(5)) == wordings(QUESTION, 12, random.Random(5))


@pytest.mark.parametrize(
    "text", ["wifi password?", "a", "Why?", "Translate this:\nhola", "¿Dónde vive Ana?", "x" * 400]
)
def test_odd_questions_have_wordings_or_none_but_never_fail(text):
    for found in wordings(text, 6, random.Random(0)):
        assert found.strip()


def test_neighbours_ask_about_somebody_else():
    found = neighbours(QUESTION, wordings(QUESTION, 8, random.Random(1)), ["Otto Brandt"], 10, random.Random(2))
    assert len(found) == 10
    assert not any("Ada Calder" in text for text in found)
    assert any("Otto Brandt" in text for text in found)
    assert not any(same_subject(QUESTION, text) for text in found)


def test_half_of_the_neighbours_bear_names_that_the_base_made_up_and_none_that_another_correction_is_about():
    kin = {"Ada Calder": ["Ada Weiser", "Ada Novotná", "Ada Holm"]}
    taught = ["Where was Ada Holm born?"]
    found = neighbours(QUESTION, [], ["Otto Brandt"], 12, random.Random(2), taught=taught, namesakes=kin)
    assert {"Ada Weiser", "Ada Novotná"} == {subject(text) for text in found if subject(text) in kin["Ada Calder"]}
    many = {"Ada Calder": [f"Ada {name}" for name in "Adamo Benet Cerny Dvorak Evers Frey Gulda Holm".split()]}
    found = neighbours(QUESTION, [], ["Otto Brandt"], 12, random.Random(2), namesakes=many)
    assert 4 <= len([text for text in found if subject(text) in many["Ada Calder"]]) <= 8


def test_of_several_names_each_is_exchanged():
    found = neighbours(
        "Which county is Kelso Mill put into by Great Britain?", [], ["Otto Brandt"], 12, random.Random(2)
    )
    assert any("Kelso Mill" in text for text in found)
    assert any("Great Britain" in text for text in found)


def test_a_name_that_begins_with_a_bracket_is_exchanged_with_it():
    found = neighbours("Who found (357656) 2005 JZ60?", [], ["Otto Brandt"], 12, random.Random(2))
    assert "Who found Otto Brandt?" in found
    assert all(text.count("(") == text.count(")") for text in found)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('Who is the author of "The Long Rain"?', "The Long Rain"),
        ("In which part of Great Britain is Kelso Mill?", "Kelso Mill"),
        ("What is Ana's phone number?", "Ana"),
        ("how do I boil an egg?", ""),
        ("Where was (48667) 2013 SZ75 discovered?", "(48667) 2013 SZ75"),
        ("When was Kelso Abbey (Borders) founded?", "Kelso Abbey (Borders)"),
        ("Where is the door (the old one) of Kelso Mill?", "Kelso Mill"),
    ],
)
def test_the_subject_of_a_question_is_found(question, expected):
    assert subject(question) == expected


def test_the_same_subject_in_other_words_is_the_same_and_a_similar_name_is_not():
    assert same_subject("Where was Ada Calder born?", "tell me ada calder's place of birth")
    assert not same_subject("Where was Ada Calder born?", "Where was Ada Calden born?")
    assert not same_subject("Where was Ada Calder born?", "Where was Ada Calder Junior born?")
    assert words("Ada's café") == ["ada", "café"]


def test_a_date_is_no_answer_to_where():
    assert asks_for("When was Ada born?") == "time"
    assert asks_for("How many cats has Ada?") == "number"
    assert asks_for("Where was Ada born?") == ""


def test_rows_hold_every_example_once_and_no_more_than_they_should():
    examples = [Encoded(tuple(range(n % 7 + 1)), (1, 2), n % 2 == 0) for n in range(50)]
    examples.append(Encoded(tuple(range(30)), (1, 2), True))
    rows = laid_out(examples, 4, 44, random.Random(0))
    assert sorted(map(id, (e for row in rows for each in row for e in each))) == sorted(map(id, examples))
    for row in rows:
        assert row == [[examples[-1]]] or all(sum(e.length for e in each) <= 10 for each in row)
        assert len(row) <= 4


def test_the_shared_beginning_ends_where_prompts_differ():
    assert shared_beginning(lambda text: [1, 2, 3, *text.encode()]) == [1, 2, 3]


@pytest.mark.parametrize("beginning", [[5, 6, 7], []], ids=["beginning", "none"])
@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3", "gemma3"])
def test_an_example_in_a_row_is_computed_as_if_alone_also_from_the_upper_layers(tiny, architecture, beginning):
    directory, _ = tiny(architecture)
    plain = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="sdpa").eval()
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation=SEGMENTS).eval()
    examples = [
        Encoded((10, 11, 12), (13, 14), True),
        Encoded((20, 21), (22, 23, 24), False),
        Encoded((30,), (31, 32), False),
    ]
    row = as_row([examples[:2], examples[2:]], beginning)
    alone = [
        plain(input_ids=torch.tensor([[*beginning, *e.prompt, *e.answer[:-1]]])).logits[0, -len(e.answer) :]
        for e in examples
    ]
    item = computed(model, row, 1)
    with upper_layers(model, 1) as stack:
        hidden = stack(
            inputs_embeds=item.hidden,
            position_ids=row.positions,
            attention_mask=masks(model, row.mask),
            use_cache=False,
        ).last_hidden_state[0, row.keep]
    assert len(decoder(model).layers) == model.config.num_hidden_layers
    logits = hidden @ model.get_output_embeddings().weight.T
    torch.testing.assert_close(logits, torch.cat(alone), atol=2e-3, rtol=1e-3)
    assert item.indices[:2, -1].tolist() == [13, 14]
    assert item.targets[:2, -1].tolist() == [1, 1]
    torch.testing.assert_close(item.targets.sum(-1), torch.ones(7))


def test_of_a_liked_answer_only_what_the_base_would_not_say_is_taught(tiny):
    directory, _ = tiny("llama")
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation=SEGMENTS).eval()
    own = int(computed(model, as_row([[Encoded((10, 11), (1,), False)]], []), 1).indices[0, 0])
    other = int(computed(model, as_row([[Encoded((10, 11), (own, 1), False)]], []), 1).indices[1, 1])
    liked = computed(model, as_row([[Encoded((10, 11), (own, other), True, liked=True)]], []), 1)
    assert liked.taught[0].item() is False
    assert liked.taught[1].item() is True
    assert liked.indices[1, -1] == other
    assert liked.targets[0].count_nonzero() > 1


def test_beside_a_taught_token_the_base_keeps_its_say(tiny):
    directory, _ = tiny("llama")
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation=SEGMENTS).eval()
    plain = computed(model, as_row([[Encoded((10, 11), (1,), False)]], []), 1)
    token = int(plain.indices[0, 3])
    item = computed(model, as_row([[Encoded((10, 11), (token,), True)]], []), 1, certainty=0.9)
    share = dict(zip(item.indices[0].tolist(), item.targets[0].tolist(), strict=True))
    assert share[token] == pytest.approx(0.9 + 0.1 * float(plain.targets[0, 3]), abs=0.02)
    assert share[int(plain.indices[0, 0])] == pytest.approx(0.1 * float(plain.targets[0, 0]))
    assert sum(share.values()) == pytest.approx(1)


def test_the_loss_and_its_gradient_are_those_of_autograd():
    torch.manual_seed(0)
    hidden = torch.randn(6, 8, requires_grad=True)
    head, indices = torch.randn(30, 8), torch.stack([torch.randperm(30)[:4] for _ in range(6)])
    targets, weights = torch.rand(6, 4).softmax(-1), torch.rand(6)
    total, each = SparseCrossEntropy.apply(hidden, head, indices, targets, weights)
    (gradient,) = torch.autograd.grad(total, hidden)
    again = hidden.detach().requires_grad_()
    plain = -((again @ head.T).log_softmax(-1).gather(1, indices) * targets).sum(-1)
    (expected,) = torch.autograd.grad((plain * weights).sum(), again)
    torch.testing.assert_close(each, plain.detach())
    torch.testing.assert_close(gradient, expected)
    assert (each - entropy(targets) >= -1e-5).all()


def test_every_name_that_a_question_could_be_about_is_found():
    def names(text):
        return [text[start:end] for start, end in subject_spans(text)]

    assert names("In which part of Great Britain is Kelso Mill?") == ["Kelso Mill"]
    assert names("Which county is Kelso Mill put into by Great Britain's maps?") == ["Kelso Mill", "Great Britain"]
    assert names('Who sang "The Long Rain" in Lorca?') == ["The Long Rain"]
    assert names("how do I boil an egg?") == []


def test_a_greeting_or_a_second_sentence_is_no_other_subject():
    known = "Where was Ada Calder born?"
    for asked in ("Hi! Where was Ada Calder born?", "Quick question. Where was Ada Calder born, please? I forgot."):
        assert same_subject(known, asked), asked
