#!/usr/bin/env python3
"""Writes golden.txt: what NLTK makes of hard.txt and of SQuAD's dev.

    apt-get install python3-nltk            # 3.8, Debian 12
    go mod download gopkg.in/neurosnap/sentences.v1@v1.0.7
    /usr/bin/python3 nltk_golden.py \
        $(go env GOMODCACHE)/gopkg.in/neurosnap/sentences.v1@v1.0.7/data/english.json \
        hard.txt /path/to/dev-v1.1.json > golden.txt

Debian packages NLTK without its data. The model of English sentences that
nltk.word_tokenize loads is taken from the Go module above, which holds it as
JSON; algorithm (PunktSentenceTokenizer) and word tokenizer (NLTKWordTokenizer)
are NLTK's own. Then come the steps of the published BiDAF code: doubled quotes
become ", and every token is split at 13 delimiters. Empty tokens, which that
split leaves, are left out here; their number is in the head.

Lines: the tokens of each line of hard.txt as JSON; random lines of a sentence
with what NLTKWordTokenizer alone makes of them; then for each paragraph of dev,
in order, the number of tokens of the context and a hash of them, and the same of
all its questions. No text of SQuAD is written.
"""
import hashlib
import json
import random
import re
import sys

import nltk
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

DELIMITERS = re.compile("([-\u2212\u2014\u2013/~\"'\u201c\u2019\u201d\u2018\u00b0])")
empty = 0


def punkt(path):
    model = json.load(open(path, encoding="utf-8"))
    p = PunktParameters()
    p.abbrev_types = set(model["AbbrevTypes"])
    p.collocations = {tuple(c.split(",", 1)) for c in model["Collocations"]}
    p.sent_starters = set(model["SentStarters"])
    p.ortho_context.update(model["OrthoContext"])
    return PunktSentenceTokenizer(p)


def tokens(text):
    """What nltk.word_tokenize returns, then the published steps."""
    global empty
    out = []
    for sentence in sentences.tokenize(text):
        for token in words.tokenize(sentence):
            token = token.replace("''", '"').replace("``", '"')
            for piece in DELIMITERS.split(token):
                if piece:
                    out.append(piece)
                else:
                    empty += 1
    return out


def context(text):
    """The published code replaces doubled quotes in contexts beforehand."""
    return tokens(text.replace("''", '" ').replace("``", '" '))


def digest(toks):
    return "%d %s" % (len(toks), hashlib.sha256("\n".join(toks).encode()).hexdigest()[:8])


sentences, words = punkt(sys.argv[1]), NLTKWordTokenizer()
hard = [context(line) for line in open(sys.argv[2], encoding="utf-8").read().splitlines()]
raw = open(sys.argv[3], "rb").read()
empty = 0
rows = []
for article in json.loads(raw)["data"]:
    for p in article["paragraphs"]:
        c = context(p["context"])
        left = empty
        q = [t for qa in p["qas"] for t in tokens(qa["question"])]
        empty = left
        rows.append(digest(c) + " " + digest(q))
print("source: nltk_golden.py with NLTK", nltk.__version__, "and Python", sys.version.split()[0])
print("dev:", hashlib.sha256(raw).hexdigest(), "without", empty, "empty tokens in contexts")
for toks in hard:
    print("hard", json.dumps(toks, ensure_ascii=False))
random.seed(1)
pieces = list(".,:;!?'\"`()[]{}<>-—–/“”‘’«»„@#$%&* \t_1aAé北😀") + [
    "'s", "'S", "'ll", "n't", "N'T", "'re", "''", "``", "--", "..", "cannot", "gonna", "wanna", "more'n",
    "d'ye", "'tis", "'Twas", "gimme", "x", "word", " ", " ", " ", "\u00a0", "\x1c", "\u0663"]
for _ in range(400):
    line = "".join(random.choice(pieces) for _ in range(random.randint(2, 12)))
    print("random", json.dumps([line, words.tokenize(line)]))
for r in rows:
    print(r)
