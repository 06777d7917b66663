#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What somebody does who can write the record, and cannot sign it.

  forge.py AUDIT.JSONL REASON OTHER

Every REASON becomes OTHER, and all lines are chained anew.
"""
import hashlib
import json
import sys

path, reason, other = sys.argv[1:]
prev, out = None, b""
with open(path, "rb") as f:
    for line in f.read().splitlines():
        record = json.loads(line)
        if record.get("reason") == reason:
            record["reason"] = other
        if prev is not None:
            record["prev"] = prev
        line = json.dumps(record, sort_keys=True, separators=(",", ":"),
                          ensure_ascii=False).encode()
        prev = hashlib.sha256(b"\0" + line).hexdigest()
        out += line + b"\n"
with open(path, "wb") as f:
    f.write(out)
