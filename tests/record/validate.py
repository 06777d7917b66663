#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds records against the published schema.

usage: tests/record/validate.py [--chained] FILE...

Every whole line of each file must be a record as
packaging/sekisho-record.schema.json has it.  With --chained only those lines
are looked at that the next one vouches for by its `prev`, and the last if it
so vouches for the one before: what a test has damaged is none of the writer's.  A record
with a member x_... was made up by a test: its form counts, not what its event
asks for.  The first violations are printed; exit status 1 when there is one.
"""

import hashlib
import json
import os
import sys

import jsonschema

SHOWN = 10
HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(HERE, "..", "..", "packaging",
                      "sekisho-record.schema.json")


def unique(pairs):
    """A JSON object each of whose names stands in it once."""
    obj = dict(pairs)
    if len(obj) != len(pairs):
        raise ValueError("a name stands there twice")
    return obj


def no_float(text):
    raise ValueError("a number that is not whole: " + text)


def may_apply(condition, rec):
    """False when this `if` cannot hold: most say so at a glance."""
    if not all(name in rec for name in condition.get("required", [])):
        return False
    events = condition.get("properties", {}).get("event", {}).get("enum")
    return events is None or rec.get("event") in events


class Judge:
    """The schema, and how to ask it quickly."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.schema = json.load(f)
        rules = self.schema["allOf"]
        self.form = jsonschema.Draft202012Validator(
            {k: v for k, v in self.schema.items() if k != "allOf"})
        self.rules = [(rule["if"], jsonschema.Draft202012Validator(rule))
                      for rule in rules]

    def judges(self, rec):
        """The parts of the schema that a record has to meet."""
        yield self.form
        if isinstance(rec, dict) and not any(k.startswith("x_") for k in rec):
            for condition, rule in self.rules:
                if may_apply(condition, rec):
                    yield rule

    def errors(self, line):
        """(path, message) of each thing wrong with a line of bytes."""
        try:
            rec = json.loads(line.decode("utf-8"), parse_float=no_float,
                             object_pairs_hook=unique)
        except (ValueError, RecursionError) as e:
            return [("", str(e))]
        if len(line) + 1 > 65536:
            return [("", "longer than a record may be")]
        return [("/".join(str(p) for p in e.absolute_path), e.message[:300])
                for judge in self.judges(rec)
                for e in judge.iter_errors(rec)]


def vouched(lines):
    """The lines that hang together with the one behind or before them."""
    prev, last = "0" * 64, len(lines) - 1
    for i, (no, line) in enumerate(lines):
        leaf = hashlib.sha256(b"\0" + line).hexdigest()
        names = (lines[i + 1][1], leaf) if i < last else (line, prev)
        if b'"prev":"' + names[1].encode() + b'"' in names[0]:
            yield no, line
        prev = leaf


def lines_of(path):
    """Numbered whole lines; a torn end is none."""
    with open(path, "rb") as f:
        return [(no, line[:-1]) for no, line in enumerate(f, 1)
                if line.endswith(b"\n")]


def main(argv):
    chained = argv[1:2] == ["--chained"]
    paths = argv[1 + chained:]
    if not paths:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    judge = Judge(SCHEMA)
    bad = 0
    for path in paths:
        lines = lines_of(path)
        for no, line in vouched(lines) if chained else lines:
            for where, what in judge.errors(line):
                bad += 1
                if bad <= SHOWN:
                    print(f"{path}:{no}: {where or 'record'}: {what}")
    if bad > SHOWN:
        print(f"... and {bad - SHOWN} more")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
