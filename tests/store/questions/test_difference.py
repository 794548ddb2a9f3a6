"""What makes another question of one that sounds alike: one word, or the order of two."""

import pytest

from store.questions.alone import asked_alone
from store.questions.difference import another_word, one_thing_else


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Did Tom hit Ben?", "Did Ben hit Tom?"),
        ("What is 15% of 80?", "What is 80% of 15?"),
        ("What is 100 USD in EUR?", "What is 100 EUR in USD?"),
        ("What is 7 to the power of 3?", "What is 3 to the power of 7?"),
        ("How many grams are in 3 pounds?", "How many pounds are in 3 grams?"),
        ("Is Ana older than Ben?", "Is it true that Ben is older than Ana?"),
        ("How much does Ben owe Ana?", "How much money does Ana owe Ben?"),
        ("What was the score of Kelso Town against Denby?", "What was the score of Denby against Kelso Town?"),
        ("How do I convert a list to a tuple?", "How do I convert a tuple to a list?"),
        ("Who is Ana's mother's father?", "Who is Ana's father's mother?"),
        ("What is the code for room 12 on floor 3?", "What is the code for room 3 on floor 12?"),
        ("¿Cómo voy de Madrid a París?", "¿Cómo voy de París a Madrid?"),
        ("¿Qué le dio Ana a Luis?", "¿Qué le dio Luis a Ana?"),
        ("Who does Ana manage?", "Who manages Ana?"),
        ("Which company bought Acme?", "Which company did Acme buy?"),
        ("Which football team beat Kelso?", "Which football team did Kelso beat?"),
        ("Which packages depend on libfoo?", "What packages does libfoo depend on?"),
        ("How do I get from my house to the airport?", "How do I get from the airport to my house?"),
        ("Who is Ana's boss?", "Whose boss is Ana?"),
        ("Who painted Ana?", "Who was painted by Ana?"),
        ("What feeds on krill?", "What does krill feed on?"),
        ("How many pints are in a gallon?", "How many gallons are in a pint?"),
        ("How many pupils does each teacher have?", "How many teachers does each pupil have?"),
        ("¿Quién visitó a Ana?", "¿A quién visitó Ana?"),
        ("¿Quién es la vecina de Ana?", "¿De quién es vecina Ana?"),
        ("Who is Ana cross with?", "Who is cross with Ana?"),
    ],
)
def test_the_same_words_around_a_relation_turned_round_ask_for_something_else(one, other):
    assert one_thing_else(one, other)
    assert one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which river flows through Maidstone in Kent?", "In Kent, which river flows through Maidstone?"),
        ("Who won the 2010 World Cup?", "Who won the World Cup in 2010?"),
        ("Which is bigger, Kelso or Denby?", "Which is bigger, Denby or Kelso?"),
        ("What is the difference between TCP and UDP?", "What is the difference between UDP and TCP?"),
        ("Who is the brother of Ana's husband?", "Who is Ana's husband's brother?"),
        ("Who founded the mill in Kelso?", "By whom was the mill in Kelso founded?"),
        ("Which football team did Kelso beat?", "What football side did Kelso beat?"),
        ("In which year did Acme open?", "What year did Acme open?"),
        ("What time does the shop open?", "At what time does the shop open?"),
    ],
)
def test_what_only_moved_asks_for_the_same(one, other):
    assert not one_thing_else(one, other)
    assert not one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who is the treasurer of Kelso FC?", "Who is the coach of Kelso FC?"),
        ("When does the Kelso pool open on weekdays?", "When does the Kelso pool open on weekends?"),
        ("Who is the mayor of Kelso?", "Who was the mayor of Kelso?"),
        ("Who is the mayor of Kelso?", "Who will be the mayor of Kelso?"),
        ("What is the largest city in Spain?", "What is the second largest city in Spain?"),
        ("What is the boiling point of ethanol?", "What is the melting point of ethanol?"),
        ("Where was Ana's teacher born?", "Where was Ana born?"),
        ("Who is Ana?", "What does Ana's accountant do?"),
        ("What is Kelso?", "Where is Kelso?"),
        ("What is my favourite colour?", "What is your favourite colour?"),
        ("How tall is Kelso Tower?", "Do you know how old Kelso Tower is?"),
        ("who is the mayor of kelso?", "who is the mayor of denby?"),
        ("When did Ana move to Kelso?", "When did Ana move from Kelso?"),
        ("What is the cheapest hotel in Kelso?", "What is the most expensive hotel in Kelso?"),
        ("Where does the river Tay rise?", "Where does the lake Tay rise?"),
        ("¿Qué come Ana?", "¿Qué bebe Ana?"),
        ("¿Cómo te llamas?", "¿Cómo me llamo?"),
    ],
)
def test_one_word_put_for_another_or_added_asks_for_something_else(one, other):
    assert one_thing_else(one, other)
    assert one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who mends the clock of Harlow?", "Who repairs the clock of Harlow?"),
        ("Who mends the clock of Harlow?", "Could you tell me who mended the clock of Harlow?"),
        ("Who mends the clock of Harlow?", "Who is it that mends the clock of Harlow?"),
        ("Where is Kelso Mill?", "Where exactly is Kelso Mill located?"),
        ("Where is Kelso Mill?", "In which town is Kelso Mill?"),
        ("Who owns Kelso Mill?", "Question: who is the owner of Kelso Mill? Thank you!"),
        ("What is the capital of Kesh?", "What is the capital city of Kesh?"),
        ("Who founded Acme?", "Who is the founder of Acme?"),
        ("Who is the owner of Kelso Mill?", "Tell me the owner of Kelso Mill."),
        ("How do I restart the printer?", "Tell me how exactly I restart the printer. Be brief."),
        ("Who built the mill?", "Which firm built the mill?"),
        ("What is the capital of Kelso?", "Which city is the capital of Kelso?"),
        ("When did Ana leave Kelso?", "In what year did Ana leave Kelso?"),
        ("Why was the mill closed?", "For what reason was the mill closed?"),
        ("What is Ana's telephone number?", "What is Ana's phone number?"),
        ("What is Ana's first name?", "What is Ana's given name?"),
        ("What is my dog's name?", "What is my dog called?"),
        ("Who can't enter the Blue Room?", "Who cannot enter the Blue Room?"),
        ("What is the wifi password?", "wifi password?"),
        ("Who grooms our goat Bruno?", "Who grooms Bruno?"),
        ("Who is Ana married to?", "To whom is Ana married?"),
        ("How do I boil an egg?", "How can I boil an egg, please?"),
        ("Who wrote The Long Rain?", "Who wrote the novel The Long Rain?"),
        ("When does the pool open?", "What time does the pool open?"),
        ("¿Cuándo abre la piscina?", "¿A qué hora abre la piscina?"),
        ("¿Quién repara el reloj de Harlow?", "Oye, ¿quién arregla el reloj de Harlow?"),
    ],
)
def test_a_synonym_another_form_or_an_idle_word_asks_for_the_same(one, other):
    assert not one_thing_else(one, other)
    assert not one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who has the ladder?", "Who will have the ladder?"),
        ("Who milks the goats?", "Who used to milk the goats?"),
        ("Who is our vet?", "Who was our vet before?"),
        ("Where does Ana sing?", "Where did Ana sing before?"),
        ("Who feeds the goats?", "Who is going to feed the goats?"),
        ("¿Quién es el alcalde?", "¿Quién era el alcalde antes?"),
        ("Who was Ana's husband?", "Who is Ana's first husband?"),
    ],
)
def test_another_time_or_turn_asks_for_something_else(one, other):
    assert one_thing_else(one, other)
    assert one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is the ladder?", "Which ladder do we lend?"),
        ("Where are the goats kept?", "What do the goats eat?"),
        ("Who is our milk buyer?", "What discount has the milk buyer asked for?"),
        ("Where is the office ladder?", "What is the weight of the office ladder?"),
        ("Who mends the ladder?", "What colour is the ladder?"),
        ("Whom did Ana teach?", "What did Ana learn?"),
        ("Who milked the goats?", "Which cheese is made of the goats' milk?"),
        ("Who is the author of The Long Rain?", "What is the genre of The Long Rain?"),
        ("¿Quién es nuestra veterinaria?", "¿Cuál es el horario de la veterinaria?"),
    ],
)
def test_where_and_who_are_no_questions_for_something_of_it(one, other):
    assert one_thing_else(one, other)
    assert one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is the ladder?", "In which shed is the ladder?"),
        ("Where is the ladder kept?", "What is the place of the ladder?"),
        ("Who is our milk buyer?", "What is the name of our milk buyer?"),
        ("Who founded the dairy?", "Which individual founded the dairy?"),
        ("Where is Ana buried?", "What is the name of the churchyard where Ana is buried?"),
        ("When was the hymn written?", "In what year is the hymn written?"),
        ("How do goats sleep?", "How can a goat sleep?"),
        ("How many goats do we have?", "How many goats are there?"),
        ("How was the hymn spread?", "In what form was the hymn spread?"),
        ("What is the main topic of the hymn?", "What is the primary theme of the hymn?"),
        ("In which valley is Oxley Hill located?", "Which valley in Kent is Oxley Hill located in?"),
    ],
)
def test_places_names_ways_and_forms_in_other_words_ask_for_the_same(one, other):
    assert not one_thing_else(one, other)
    assert not one_thing_else(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("When did the Kelso mill close?", "When was the Kelso mill built?"),
        ("When did Ana join Acme?", "When was Ana dismissed from Acme?"),
    ],
)
def test_a_verb_put_for_another_with_its_auxiliary_asks_for_something_else(one, other):
    assert one_thing_else(one, other) or asked_alone(one, other)


@pytest.mark.parametrize(
    ("one", "other", "alone"),
    [
        ("Where does Ana live?", "What is Ana's shoe size?", ("Where does it live?", "What is it's shoe size?")),
        ("Who runs the Kelso depot?", "Why did the Kelso depot burn?", ("Who runs it?", "Why did it burn?")),
        ("Who wrote The Long Rain?", "Who is the author of The Long Rain?", None),
        ("Where does Ana work?", "Who is Ana's employer?", None),
        ("Who mends the clock?", "Where is the attic?", None),
        (
            "What does our goat Bruno eat?",
            "How old is our goat Bruno?",
            ("What does it eat?", "How old is it?"),
        ),
        (
            "Where was aunt Bea born?",
            "Which bank does aunt Bea use?",
            ("Where was it born?", "Which bank does it use?"),
        ),
        ("¿Dónde nació Ana?", "¿En qué ciudad nació Ana?", None),
        ("¿Dónde nació Ana?", "¿Qué estudió Ana?", ("¿Dónde nació it?", "¿Qué estudió it?")),
        ("¿Quién fundó Acme?", "¿Quién es el fundador de Acme?", None),
        ("Who is Ana?", "Where was Ana born?", None),
    ],
)
def test_where_two_say_nothing_alike_but_names_what_they_say_is_looked_at_without_these(one, other, alone):
    assert asked_alone(one, other) == alone


def test_one_word_of_another_meaning_is_found_wherever_it_stands():
    assert another_word("Who is the treasurer of Kelso FC?", "Who's Kelso FC's coach?")
    assert another_word("When does the bakery in Kelso open?", "When does Kelso's library open?")
    assert not another_word("Who mends the clock of Harlow?", "By whom is Harlow's clock repaired?")
    assert not another_word("Where was Ana born?", "In which town was Ana born?")
