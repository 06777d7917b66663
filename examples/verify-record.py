#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check an identification record of Sekisho without Sekisho.

  verify-record.py --key LOG.VKEYS [--checkpoint FILE]... AUDIT.JSONL...
  verify-record.py --key LOG.VKEYS --proof FILE

Written from sekisho-record(5) alone, with nothing but Python 3 and the
openssl program, so that an auditor can read all of it.  Files of a rotated
log are given in their order.  Ends with 0 when everything fits, else with 1
and one line that says what does not.
"""
import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile


def bad(text):
    sys.exit("BAD: " + text)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text):
    return base64.b64decode(text, validate=True)


class Key:
    """NAME+KEY ID+BASE64(TYPE || KEY); type 1 is Ed25519, 2 is ECDSA P-256"""

    def __init__(self, text):
        self.name, key_id, data = text.split("+", 2)
        self.id, data = bytes.fromhex(key_id), b64(data)
        self.type, pub = data[0], data[1:]
        if self.type == 1:
            want = sha256(self.name.encode(), b"\n\x01", pub)
            pub = bytes.fromhex("302a300506032b6570032100") + pub
        else:
            want = sha256(pub)
        if self.type not in (1, 2) or want[:4] != self.id:
            raise ValueError("the key ID of %s is not its own" % self.name)
        self.der, self.asked = pub, {}

    def verifies(self, text, signature):
        if (text, signature) not in self.asked:
            self.asked[text, signature] = self.ask(text, signature)
        return self.asked[text, signature]

    def ask(self, text, signature):
        with tempfile.TemporaryDirectory() as d:
            for name, data in (("k", self.der), ("t", text),
                               ("s", signature)):
                with open(d + "/" + name, "wb") as f:
                    f.write(data)
            return subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform",
                 "DER", "-inkey", d + "/k", "-rawin", "-in", d + "/t",
                 "-sigfile", d + "/s"] + (["-digest", "sha256"] if
                                          self.type == 2 else []),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode == 0


def checkpoint(note, keys, what):
    """Size and root of a checkpoint, and whether a known key signed it."""
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    origin, size, root = text.decode().split("\n")[:3]
    known = False
    for line in signatures.decode().split("\n")[:-1]:
        dash, name, data = line.split(" ")
        data = b64(data)
        if dash != "\u2014" or len(data) < 5:
            bad("%s: a signature line of another form" % what)
        for key in keys:
            if (key.name, key.id) == (name, data[:4]):
                if not key.verifies(text, data[4:]):
                    bad("%s: the signature of %s is wrong" % (what, name))
                known |= name in (origin, origin + "/token")
    return int(size), b64(root), known


def merge(peaks, n, leaf):
    """One leaf more: peaks are the roots of complete subtrees."""
    while n & 1:
        leaf, n = sha256(b"\x01", peaks.pop(), leaf), n >> 1
    peaks.append(leaf)


def root_of(peaks):
    root = peaks[-1] if peaks else sha256()
    for left in reversed(peaks[:-1]):
        root = sha256(b"\x01", left, root)
    return root


def check_value(value, depth=8):
    """What a record may hold: see Form in sekisho-record(5)."""
    if isinstance(value, (dict, list)):
        if depth == 0:
            raise ValueError("is nested too deep")
        for key in value if isinstance(value, dict) else ():
            if not re.fullmatch("[a-z0-9_]+", key):
                raise ValueError("has a key of another form")
        for v in value.values() if isinstance(value, dict) else value:
            check_value(v, depth - 1)
    elif isinstance(value, str) and any(c < " " for c in value):
        raise ValueError("holds a control character")
    elif isinstance(value, int) and abs(value) >= 1 << 63:
        raise ValueError("holds a number that is too large")


def parse(line):
    """A record in its one form."""
    def no_number(text):
        raise ValueError("holds a number that is not whole: " + text)

    record = json.loads(line, parse_float=no_number,
                        parse_constant=no_number)
    check_value(record)
    if len(line) >= 65536:
        raise ValueError("is longer than 65536 bytes")
    if json.dumps(record, sort_keys=True, separators=(",", ":"),
                  ensure_ascii=False).encode() != line:
        raise ValueError("not the canonical text")
    return record


def new_key(seq, record):
    """What a log_key tells; a text that is no key is none to go by."""
    try:
        return [(seq, Key(record["key"]["public"]))]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        return []


def check_log(paths, points):
    """Every record; the roots where checkpoints are, and the new keys."""
    peaks, n, head, first = [], 0, bytes(32), None
    roots, new_keys = {}, []
    for path in paths:
        for number, line in enumerate(open(path, "rb"), 1):
            where = "%s: line %d: " % (path, number)
            if not line.endswith(b"\n"):
                bad(where + "has no end")
            line = line[:-1]
            try:
                record = parse(line)
            except ValueError as error:
                bad(where + str(error))
            if first is None:
                first = record["seq"]
                if first > 1:  # a later file: the tree up to it is told
                    peaks = [bytes.fromhex(e["hash"])
                             for e in record["edge"]]
                    n, head = first - 1, bytes.fromhex(record["prev"])
            if record["v"] != 2 or record["seq"] != n + 1:
                bad(where + "is number %s, not %d" % (record["seq"], n + 1))
            if record["prev"] != head.hex():
                bad(where + "does not follow the line before")
            head = sha256(b"\x00", line)
            merge(peaks, n, head)
            n += 1
            if n in points:
                roots[n] = root_of(peaks)
            if record.get("event") == "log_key":
                new_keys += new_key(n, record)
            elif record.get("event") == "log_damaged":
                bad(where + "tells that records were lost or changed")
    return first or 1, n, head, roots, new_keys


def check_points(notes, keys, log):
    """Checkpoints, by the keys that are known and those that follow: a new
    one is known when a checkpoint that covers its record is signed by a
    known one and by it."""
    first, n, head, roots, new_keys = log
    more = True
    while more:
        read = [(name, note, *checkpoint(note, keys, name))
                for name, note in notes]
        for name, _, size, root, known in read:
            if known and size > n:
                bad("%s: %d records are missing at the end" %
                    (name, size - n))
            if known and size in roots and root != roots[size]:
                bad("%s: the first %d records are not those that were "
                    "signed" % (name, size))
        more = [key for seq, key in new_keys
                if key.id not in [k.id for k in keys] and
                any(known and size in roots and size >= seq and
                    checkpoint(note, [key], name)[2]
                    for name, note, size, _, known in read)]
        keys = keys + more
    for name, _, size, _, known in read:
        if not known:
            bad("%s: no known key has signed it" % name)
    covered = max([r[2] for r in read if r[2] in roots], default=0)
    print("good: records %d to %d, %d of them signed; head %s" %
          (first, n, max(0, covered - first + 1), head.hex()))
    return covered


def check_proof(path, keys):
    """c2sp.org/tlog-proof: one record, and the way from it to the root."""
    head, note = open(path, "rb").read().split(b"\n\n", 1)
    lines = head.decode().split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1":
        bad(path + ": is no proof")
    record = b64(lines[1].split("extra ", 1)[1])
    index = int(lines[2].split("index ", 1)[1])
    size, root, known = checkpoint(note, keys, path)
    if not known:
        bad(path + ": no known key has signed it")
    node, last, i = sha256(b"\x00", record), size - 1, index
    for text in lines[3:]:  # RFC 9162 2.1.3.2
        if last == 0:
            bad(path + ": is too long")
        if i & 1 or i == last:
            node = sha256(b"\x01", b64(text), node)
            while not i & 1 and i:
                i, last = i >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, b64(text))
        i, last = i >> 1, last >> 1
    if last or index >= size or node != root or \
            parse(record)["seq"] != index + 1:
        bad(path + ": does not lead to the signed root")
    print("good: record %d of %d: %s" % (index + 1, size, record.decode()))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--key", required=True)
    p.add_argument("--checkpoint", action="append", default=[])
    p.add_argument("--proof")
    p.add_argument("log", nargs="*")
    a = p.parse_args()
    with open(a.key) as f:
        try:
            keys = [Key(x) for x in f.read().splitlines()
                    if x and not x.startswith("#")]
        except (ValueError, IndexError) as error:
            bad("%s: %s" % (a.key, error))
    if a.proof:
        return check_proof(a.proof, keys)
    notes = [(name, open(name, "rb").read()) for name in a.checkpoint]
    sizes = {checkpoint(note, [], name)[0] for name, note in notes}
    if check_points(notes, keys, check_log(a.log, sizes)) == 0:
        bad("no checkpoint covers any of these records")


main()
