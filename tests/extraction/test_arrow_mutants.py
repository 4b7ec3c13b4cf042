"""Each stated arrow of each document, in a text that no longer says it: it must be refused."""

from dataclasses import replace

import pytest

from helpers import extracted
from zhagen.documents.outline import read_outline
from zhagen.errors import ZhagenError
from zhagen.extraction.mechanism import STATED, _ends, _read, edge_words, mechanism_edges, mechanism_models
from zhagen.extraction.places import sentences_with

IDS = ["haier", "community", "xiaomi", "whitepaper", "ecommerce"]
EDITIONS = ["digest", pytest.param("original", marks=pytest.mark.originals)]
DENIALS = (
    "不 并不 未能 没有 难以 无法 并非 绝不 从未真正 不能有效地 无助于 不再 是否 可能 也许 似乎 几乎不会 很少 "
    "何以 为何 如何 怎样 能否 仅在理论上 原则上 名义上 口头上 "
    "按理 据称 号称 本应 理应 有望 有待 旨在 力图 希望 计划 所谓 春天才 只在春天 乍看 据校方介绍".split()
)


class Said:
    """The sentences of a text that say one arrow, and where its words are in them."""

    def __init__(self, found, model_id, edge):
        self.found, self.model_id, self.edge = found, model_id, edge
        self.others = {*_ends(mechanism_models(found.document.id)), *found.codebook.codes.label}
        self.words = dict(zip(("source", "target", "relation"), edge_words(edge), strict=True))
        named = sentences_with(found.outline, edge["section"], edge_words(edge), kinds=("paragraph", "heading"))
        read = [(sentence, self.read(sentence.text)) for sentence, _ in named]
        self.sentences = [(sentence, range(one.start, one.end)) for sentence, one in read if not one.fault]

    def read(self, text):
        return _read(text, self.edge, self.others)

    def places(self, name):
        """Yield each sentence and each place of a word in it."""
        for sentence, stretch in self.sentences:
            starts = [at for at in range(len(sentence)) if sentence.text.startswith(self.words[name], at)]
            yield from ((sentence, at, at in stretch) for at in starts)

    def before(self, name, words):
        """Put words before a word, where the sentence was read."""
        return [(sentence, at, 0, words) for sentence, at, inside in self.places(name) if inside]

    def instead(self, name, words):
        return [(sentence, at, len(self.words[name]), words) for sentence, at, _ in self.places(name)]

    def survives(self, edits):
        """Edit the raw text, character by character, wherever its lines break, and look for the arrow in it."""
        lines = [list(line) for line in self.found.document.raw.split("\n")]
        for sentence, start, length, words in edits:
            for at in range(start, start + max(length, 1)):
                line, column = sentence.lines[at] - 1, sentence.columns[at] - 1
                kept = "" if length else lines[line][column]
                lines[line][column] = (words if at == start else "") + kept
        document = replace(self.found.document, raw="\n".join(map("".join, lines)))
        try:
            outline = read_outline(document, self.found.recipe)
            mechanism_edges(replace(self.found, document=document, outline=outline), self.model_id)
        except ZhagenError:
            return False
        return True


def stated(doc_id, edition):
    found = extracted(doc_id, edition)
    for model in mechanism_models(doc_id):
        yield from (Said(found, model["id"], edge) for edge in model["edges"] if edge["status"] in STATED)


def mutants(said):
    """Name -> edits; each makes the sentence say something else."""
    yield "as it is", []
    yield "denied", said.before("relation", "不")
    yield "hard to say", said.before("relation", "难以真正")
    yield "denied before the source", said.before("source", "并非")
    yield "supposed", said.before("source", "假如")
    yield "doubted", said.before("relation", "可能")
    yield "relation replaced", said.instead("relation", "抑制")
    yield "source replaced", said.instead("source", "社区菜园")
    yield "target replaced", said.instead("target", "社区菜园")
    if said.edge.get("directed", True):  # what acts on each other may be named in either order
        yield (
            "ends exchanged",
            said.instead("source", said.words["target"]) + said.instead("target", said.words["source"]),
        )


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("doc_id", IDS)
def test_no_arrow_survives_a_sentence_that_does_not_say_it(doc_id, edition):
    survived = [
        (said.model_id, said.edge["source"], said.edge["target"], name)
        for said in stated(doc_id, edition)
        for name, edits in mutants(said)
        if said.survives(edits) != (name == "as it is")
    ]
    assert not survived


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("doc_id", IDS)
def test_no_sentence_survives_a_denial_a_doubt_or_another_subject(doc_id, edition):
    for said in stated(doc_id, edition):
        for sentence, stretch in said.sentences:
            text, relation = sentence.text, said.words["relation"]
            at = text.rindex(relation, 0, stretch.stop)
            for denial in DENIALS:
                assert said.read(text[:at] + denial + text[at:]).denied, (said.edge, denial)
            if said.edge.get("order") is None:
                other = min(one for one in said.others if not any(one in w or w in one for w in said.words.values()))
                assert said.read(f"{text[:at]}，而{other}{text[at:]}").fault, said.edge
            assert said.read(text.rstrip("。") + "？").denied
            assert said.read(text.rstrip("。") + "，这并不成立。").denied
            assert said.read(text.rstrip("。") + "，然而这种说法没有根据。").denied


ORDERING = "先 首先 起初 再 继而 进而 随后 接着 然后 最后 最终 于是 已 必然 一定 总是 只有 唯一".split()


@pytest.mark.originals
@pytest.mark.parametrize("doc_id", IDS)
def test_a_digest_puts_nothing_in_order_that_the_original_does_not(doc_id):
    """Its sentence for an arrow has no word of sequence or certainty that the sentence of the original lacks."""
    for ours, theirs in zip(stated(doc_id, "digest"), stated(doc_id, "original"), strict=True):
        texts = ["".join(sentence.text for sentence, _ in said.sentences) for said in (ours, theirs)]
        more = [word for word in ORDERING if word in texts[0] and word not in texts[1]]
        assert not more, (ours.edge, more)
