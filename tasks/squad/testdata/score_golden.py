#!/usr/bin/env python3
"""Writes score_golden.txt: exact match and F1 of random pairs of answers.

    python3 score_golden.py > score_golden.txt
    python3 score_golden.py DEV.json PREDICTIONS.json     # the scores of a file

The rules are those of SQuAD's evaluate-v1.1.py, written anew from their
description: lower case, no ASCII punctuation, no articles, words at white space;
F1 of bags of words, 0 where none is in common; the best over the answers.
"""
import collections
import json
import random
import re
import string
import sys


def words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", text).split()


def compare(predicted, answer):
    p, a = words(predicted), words(answer)
    same = sum((collections.Counter(p) & collections.Counter(a)).values())
    return float(p == a), 2.0 * same / (len(p) + len(a)) if same else 0.0


if len(sys.argv) == 3:
    data = json.load(open(sys.argv[1], encoding="utf-8"))["data"]
    predictions = json.load(open(sys.argv[2], encoding="utf-8"))
    em = f1 = n = 0
    for article in data:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                n += 1
                if qa["id"] in predictions:
                    pairs = [compare(predictions[qa["id"]], a["text"]) for a in qa["answers"]]
                    em += max(p[0] for p in pairs)
                    f1 += max(p[1] for p in pairs)
    print("EM %.6f F1 %.6f of %d" % (100 * em / n, 100 * f1 / n, n))
    sys.exit()

print("source: score_golden.py with Python", sys.version.split()[0])
random.seed(1)
pieces = ["a", "an", "the", "The", "A", "x", "cat", "CAT", "dog", "é", "É", "北京", "3", "½", "²", "_", "-", "–", "'", "’",
          ".", ",", "$", "“", " ", " ", " ", " ", "\u00a0", "\t", "\x1c", "\u2003", "\u0301", "😀", "ß", "Ω"]
for _ in range(400):
    a = "".join(random.choice(pieces) for _ in range(random.randint(0, 9)))
    b = "".join(random.choice(pieces) for _ in range(random.randint(0, 9)))
    if random.random() < 0.6:  # a variant of the first
        b = "".join(c.upper() if random.random() < 0.5 else c for c in a) + random.choice(["", ".", " the", " dog"])
    print(json.dumps([a, b, *compare(a, b)]))
