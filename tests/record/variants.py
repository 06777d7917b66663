#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Changed copies of a log, for two verifiers to agree about.

  variants.py FOLDER OLDER-CHECKPOINT OTHER-KEYS OUT

OUT gets a folder for each change with the files of the log, and in it
`want` (good or bad), `files`, `points` and `keys`: what is to be checked.
"""
import hashlib
import json
import os
import random
import shutil
import sys

src, older, other, out = sys.argv[1:]
rnd = random.Random(4711)
names = sorted(n for n in os.listdir(src) if n.endswith(".jsonl"))
names.sort(key=lambda n: n == "audit.jsonl")
count = 0


def variant(name, change, want="bad"):
    global count
    count += 1
    d = "%s/%02d-%s" % (out, count, name)
    shutil.copytree(src, d)
    shutil.copy(older, d + "/older")
    v = {"files": list(names), "points": ["checkpoint", "older"],
         "keys": d + "/log.vkeys"}
    change(d, v)
    for key in ("files", "points"):
        with open(d + "/" + key, "w") as f:
            f.writelines(d + "/" + n + "\n" for n in v[key])
    with open(d + "/keys", "w") as f:
        f.write(v["keys"])
    with open(d + "/want", "w") as f:
        f.write(want)


def lines_of(d, name):
    with open(d + "/" + name, "rb") as f:
        return f.read().splitlines(keepends=True)


def edit(name, fn):
    """fn changes the list of lines of one file"""
    def change(d, v):
        before = lines_of(d, name)
        lines = before[:]
        lines = fn(lines) or lines
        assert lines != before
        with open(d + "/" + name, "wb") as f:
            f.write(b"".join(lines))
    return change


def text(name, fn):
    return edit(name, lambda lines: [fn(b"".join(lines))])


def swap(lines, i, j):
    lines[i], lines[j] = lines[j], lines[i]


def rechain(lines):
    """What somebody does who can write the file, and cannot sign."""
    prev = None
    for i, line in enumerate(lines):
        rec = json.loads(line)
        if prev is not None:
            rec["prev"] = prev
            rec["seq"] = seq + 1
        seq = rec["seq"]
        line = json.dumps(rec, sort_keys=True, separators=(",", ":"),
                          ensure_ascii=False).encode()
        lines[i] = line + b"\n"
        prev = hashlib.sha256(b"\0" + line).hexdigest()
    return lines


def flip(lines):
    i = rnd.randrange(len(lines))
    line = bytearray(lines[i])
    line[rnd.randrange(len(line))] ^= 1 << rnd.randrange(8)
    lines[i] = bytes(line)


def forge(lines):
    i = rnd.randrange(1, len(lines))
    rec = json.loads(lines[i])
    rec["result"] = 4 if rec.get("result", 0) == 0 else 0
    lines[i] = (json.dumps(rec) + "\n").encode()
    return rechain(lines)


def choose(key, value):
    def change(d, v):
        v[key] = value(v[key])
    return change


last = names[-1]
variant("as-it-is", lambda d, v: None, "good")
variant("later-files", choose("files", lambda f: f[1:]), "good")
variant("only-the-last", choose("files", lambda f: f[-1:]), "good")
variant("newest-point", choose("points", lambda p: p[:1]), "good")
variant("older-point", choose("points", lambda p: p[1:]), "good")
for n in range(12):
    variant("flip", edit(rnd.choice(names), flip))
for n in range(4):
    variant("forged-chain", edit(last, forge))
variant("no-line", edit(names[0], lambda x: x.pop(7) and None))
variant("no-first-line", edit(names[0], lambda x: x.pop(0) and None))
variant("twice", edit(last, lambda x: x.insert(3, x[3])))
variant("swapped", edit(names[1], lambda x: swap(x, 4, 5)))
variant("cut-off", edit(last, lambda x: x[:-3]))
variant("torn", text(last, lambda x: x[:-9]))
variant("appended-copy", edit(last, lambda x: x + x[-2:]))
variant("taken-out-and-chained", edit(
    last, lambda x: rechain(x[:5] + x[6:])))
variant("blank-line", edit(last, lambda x: x.insert(2, b"\n")))
variant("blank-at-end", edit(last, lambda x: x + [b"\n"]))
variant("cr", text(last, lambda x: x.replace(b"\n", b"\r\n")))
variant("nul", text(last, lambda x: x[:50] + b"\0" + x[50:]))
variant("space", text(last, lambda x: x.replace(b",", b", ", 1)))
variant("float", text(last, lambda x: x.replace(b'"v":2', b'"v":2.0', 1)))
variant("escape", text(last, lambda x: x.replace(
    b'"event":"', b'"event":"\\u0061', 1)))
variant("twice-a-key", text(last, lambda x: x.replace(
    b'"v":2', b'"v":2,"v":2', 1)))
variant("version", text(last, lambda x: x.replace(b'"v":2', b'"v":3', 1)))
variant("not-utf8", text(last, lambda x: x.replace(
    b'"event":"', b'"event":"\xff', 1)))
variant("overlong", text(last, lambda x: x.replace(
    b'"event":"', b'"event":"\xc0\x80', 1)))
variant("surrogate", text(last, lambda x: x.replace(
    b'"event":"', b'"event":"\xed\xa0\x80', 1)))
variant("empty-file", text(last, lambda x: b""))
variant("hole", choose("files", lambda f: [f[0]] + f[2:]))
variant("file-twice", choose("files", lambda f: f + f[-1:]))
variant("other-keys", choose("keys", lambda k: other))


def point(fn):
    def change(d, v):
        with open(d + "/checkpoint") as f:
            note = f.read()
        with open(d + "/checkpoint", "w") as f:
            f.write(fn(note))
    return change


def number(note, by):
    lines = note.split("\n")
    lines[1] = str(int(lines[1]) + by)
    return "\n".join(lines)


variant("point-size", point(lambda n: number(n, -1)))
variant("point-torn", point(lambda n: n[:-20]))
variant("point-unsigned", point(lambda n: n.split("\n\n")[0] + "\n\n"))
variant("point-dash", point(lambda n: n.replace("\u2014", "-")))
variant("point-origin", point(lambda n: "x" + n))
variant("point-unknown-signer", point(
    lambda n: n + "\u2014 witness.example AAAAAAAAAAAA\n"), "good")
print(count)
