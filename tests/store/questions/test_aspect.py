"""Which questions about the same thing ask for different things of it."""

import pytest

from store.questions.aspect import asks_for, contrary, denied, other_kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which papers do I need in Kesh?", "Which papers do I no longer need in Kesh?"),
        ("Does Ana have children?", "Does Ana have no children?"),
        ("Do the Kelso trains stop in Denby?", "Do none of the Kelso trains stop in Denby?"),
        ("Is Ana married?", "Is Ana unmarried?"),
        ("Who likes the mill?", "Who disliked the mill?"),
        ("Is it legal to fish here?", "Is it illegal to fish here?"),
        ("Is smoking allowed in the hall?", "In the hall, is smoking forbidden?"),
        ("Who was mayor before Ana?", "After Ana, who was mayor?"),
        ("Who voted for the bridge?", "Which people voted against the bridge?"),
        ("What does it cost for adults?", "How much is it for children?"),
        ("Which key opens the front door?", "What is the key of the back door?"),
        ("Did Ana pass the exam?", "When did Ana fail the exam?"),
        ("What is the boiling point of ethanol?", "At what point is ethanol melting?"),
        ("Where was the fair?", "Where will the fair be?"),
        ("¿Quién es la madre de Ana?", "¿Cómo se llama el padre de Ana?"),
        ("¿Quién es la hermana de Ana?", "¿Quién es el hermano de Ana?"),
        ("¿Dónde nació Ana?", "¿En qué ciudad murió Ana?"),
        ("¿A qué hora abre la piscina?", "¿Cuándo cierra la piscina?"),
        ("¿Qué debo dar de comer a mi perro?", "¿Qué no debo dar de comer a mi perro?"),
        ("¿Cómo activo el modo oscuro?", "¿Cómo desactivo el modo oscuro?"),
        ("¿Quién visita a Ana?", "¿Quién nunca visita a Ana?"),
        ("¿Con azúcar?", "¿Sin azúcar?"),
    ],
)
def test_it_asks_for_the_contrary(one, other):
    assert contrary(one, other)
    assert contrary(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is Kelso Bridge open?", "Kelso Bridge is open, isn't it?"),
        ("Is Kelso Bridge open?", "Is Kelso Bridge open or not?"),
        ("¿Está abierto el puente?", "El puente está abierto, ¿no?"),
        ("¿Quién no visita a Ana?", "¿Quién no visita nunca a Ana?"),
        ("Where is No. 5?", "In which street is No. 5?"),
        ("Where is Ana?", "No, where is Ana?"),
        ("Who mends the clock?", "Who repairs the clock?"),
    ],
)
def test_it_asks_for_the_same(one, other):
    assert not contrary(one, other)
    assert denied(one) == denied(other)


@pytest.mark.parametrize(
    ("kind", "questions"),
    [
        ("time", ("When does it open?", "¿A qué hora abre?", "What is Ana's birthday?", "In which month was it?")),
        ("age", ("How old is Ana?", "What is Ana's age?", "¿Cuántos años tiene Ana?", "¿Qué edad tiene Ana?")),
        ("height", ("How tall is the tower?", "What is the height of the tower?")),
        ("distance", ("How far is Kelso from here?", "What's the distance between Kelso and here?")),
        ("price", ("How much is a ticket?", "What does a ticket cost?", "What is the price of a ticket?")),
        ("price", ("How much do we pay for milk?", "What does the vet charge?", "¿Cuánto nos cobra?")),
        ("time", ("When is the fair?", "What are the dates of the fair?", "What is the closing time of the fair?")),
        ("since", ("Since when have we had goats?", "¿Desde cuándo tenemos cabras?")),
        ("number", ("How often is it milked?", "How frequently is it milked?", "What number of goats have we got?")),
        ("size", ("How big is the barn?", "What size is the barn?", "¿Qué tamaño tiene?")),
        ("number", ("How many cats has Ana?", "¿Cuántos gatos tiene Ana?")),
        ("", ("Where is Ana?", "Which city is the largest by population?", "¿Quién es Ana?")),
    ],
)
def test_what_is_measured_may_be_asked_by_how_much_or_by_its_name(kind, questions):
    assert {asks_for(question) for question in questions} == {kind}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¿Quién cerró el molino?", "¿Por qué cerró el molino?"),
        ("¿Quién arregla el reloj?", "¿Dónde arregla el reloj?"),
        ("¿Cómo arregla Ana el reloj?", "¿Quién arregla el reloj de Ana?"),
        ("Who closed the mill?", "Could you tell me why the mill was closed?"),
        ("Who feeds the goats when we are away?", "When are the goats fed?"),
        ("Is there a well?", "What is the well called?"),
    ],
)
def test_an_answer_of_another_kind_is_wanted(one, other):
    assert other_kind(one, other)
    assert other_kind(other, one)


def test_a_name_asked_for_by_who_or_by_how_one_is_called_is_the_same():
    assert not other_kind("¿Quién es el alcalde?", "¿Cómo se llama el alcalde?")
    assert not other_kind("Who is the mayor?", "Do you know the name of the mayor?")
