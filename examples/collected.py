#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a collector has of Sekisho's records: each once, in their order.

usage: collected.py FILE...     (the files that collector.conf writes)

sekisho-forward(8) sends a record again when it may have been lost on the way.
This writes every record to standard output once, as it came, those of one log
in the order of their numbers; then checkpoints and alerts, as they came.
To standard error it says what is not as it should be:
  missing      numbers that never came: `sekisho-forward --again FROM..TO`
  two          records of one number that are not the same: the log was cut
               off, or somebody else sends; both are written
  chain        a record that does not follow on the one before it
Exit status 0: nothing of that; 1: something; 2: it could not be read.

The messages may be DICOM or FHIR; it needs Python alone.
"""
import base64
import hashlib
import json
import re
import sys

RECORD = re.compile(rb'"sekisho-record",?"? ?(?:value|"valueBase64Binary")'
                    rb'[=:]"([A-Za-z0-9+/=]+)"')


def record_of(line):
    """(log, seq, prev, hash) of a message; None: it is no record."""
    found = RECORD.search(line)
    if found is None:
        return None
    raw = base64.b64decode(found.group(1), validate=True)
    rec = json.loads(raw)
    if not isinstance(rec.get("seq"), int):
        return None  # an alert
    return (str(rec.get("log", rec.get("host"))), rec["seq"],
            rec.get("prev"), hashlib.sha256(b"\0" + raw).hexdigest())


def read(paths):
    logs, others, seen = {}, [], set()
    for path in paths:
        with open(path, "rb") as f:
            for line in f:
                digest = hashlib.sha256(line).digest()
                if digest in seen or not line.endswith(b"\n"):
                    continue
                seen.add(digest)
                try:
                    rec = record_of(line)
                except ValueError:
                    rec = None
                if rec is None:
                    others.append(line)
                else:
                    log = logs.setdefault(rec[0], {})
                    log.setdefault(rec[1], []).append((rec, line))
    return logs, others


def judge(name, log):
    """What is wrong with one log."""
    last, hashes = None, ()
    for seq in sorted(log):
        if last is not None and seq != last + 1:
            yield f"{name}: missing {last + 1}..{seq - 1}"
        elif last is not None and not any(
                r[2] in hashes for r, _ in log[seq]):
            yield f"{name}: chain: {seq} does not follow on {last}"
        if len(log[seq]) > 1:
            yield f"{name}: two: {seq} came as {len(log[seq])} records"
        last, hashes = seq, {r[3] for r, _ in log[seq]}
    if min(log) != 1:
        yield f"{name}: begins with {min(log)}"


def main(paths):
    if not paths or paths[0].startswith("-"):
        sys.stderr.write(__doc__)
        return 2
    try:
        logs, others = read(paths)
    except OSError as e:
        sys.stderr.write(f"{e.filename}: {e.strerror}\n")
        return 2
    out, wrong = sys.stdout.buffer, 0
    for name in sorted(logs):
        for seq in sorted(logs[name]):
            for _, line in logs[name][seq]:
                out.write(line)
        for text in judge(name, logs[name]):
            sys.stderr.write(text + "\n")
            wrong = 1
    for line in others:
        out.write(line)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
