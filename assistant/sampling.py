"""How the answers of a conversation are sampled: what its owner set, and the presets in plain words. Pure."""

from dataclasses import dataclass, replace

from models.engine import Sampling
from store.records import Conversation

ANSWER_TOKENS = 1024
OTHER = Sampling(max_tokens=ANSWER_TOKENS, temperature=0.7, top_p=0.95)


@dataclass(frozen=True, slots=True)
class Preset:
    """A temperature and a share of likely words, and what they are for."""

    name: str
    temperature: float
    top_p: float
    meaning: str


PRESETS = (
    Preset("Exact", 0.0, 1.0, "always the likeliest word, so the same question gets the same answer"),
    Preset("Balanced", 0.6, 0.95, "a little variety, for letters and explanations"),
    Preset("Inventive", 1.0, 0.95, "much variety, for stories and ideas; it errs more"),
)


def preset_of(talk: Conversation) -> Preset | None:
    """The preset that a conversation is set to, None for values of the owner's own."""
    same = (each for each in PRESETS if (each.temperature, each.top_p) == (talk.temperature, talk.top_p))
    return next(same, None)


def sampling_of(talk: Conversation) -> Sampling:
    """How an answer in `talk` is sampled."""
    return Sampling(max_tokens=talk.max_tokens or ANSWER_TOKENS, temperature=talk.temperature, top_p=talk.top_p)


def sampling_of_another(talk: Conversation) -> Sampling:
    """How another answer to the same question is sampled: as the conversation is, but never greedily again."""
    usual = sampling_of(talk)
    return usual if usual.temperature > 0 else replace(OTHER, max_tokens=usual.max_tokens)
