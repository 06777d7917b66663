#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# A greeter that speaks lightdm's protocol and has no screen: names nobody,
# or $user of the first line, answers each question with the first answer
# that fits, and starts the session.  What lightdm says is written as it
# comes, with the milliseconds since the authentication was asked for.
# usage (by lightdm): greeter.py ANSWERS LOG
# ANSWERS: a line "user=NAME", may be empty; then lines PART=ANSWER

import os
import struct
import sys
import time

CONNECT, AUTHENTICATE, CONTINUE, START = 0, 1, 3, 4
CONNECTED, PROMPT, END, RESULT, CONNECTED_V2 = 0, 1, 2, 3, 7
SECRET, TEXT, ERROR, INFO = 1, 2, 3, 4
to = int(os.environ["LIGHTDM_TO_SERVER_FD"])
of = int(os.environ["LIGHTDM_FROM_SERVER_FD"])
with open(sys.argv[1], encoding="utf-8") as f:
    lines = f.read().splitlines()
user = lines[0].partition("=")[2]
answers = [line.split("=", 1) for line in lines[1:]]
log = open(sys.argv[2], "a", encoding="utf-8", buffering=1)
began = 0.0


def text(s):
    b = s.encode()
    return struct.pack(">I", len(b)) + b


def send(kind, body):
    os.write(to, struct.pack(">II", kind, len(body)) + body)


def take(n):
    out = b""
    while len(out) < n:
        part = os.read(of, n - len(out))
        if not part:
            sys.exit(0)
        out += part
    return out


class Body:
    def __init__(self, b):
        self.b = b

    def number(self):
        n, self.b = struct.unpack(">I", self.b[:4])[0], self.b[4:]
        return n

    def text(self):
        n = self.number()
        s, self.b = self.b[:n].decode(), self.b[n:]
        return s


def say(*words):
    ms = (time.monotonic() - began) * 1000
    print("%.2f" % ms, *words, file=log)


def authenticate():
    global began, sequence
    began = time.monotonic()
    sequence += 1
    log.write("began %d\n" % time.time_ns())
    send(AUTHENTICATE, struct.pack(">I", sequence) + text(user))


def prompt(body):
    names = {SECRET: "secret", TEXT: "text", ERROR: "error", INFO: "info"}
    if body.number() != sequence:
        return
    body.text()
    replies = []
    for _ in range(body.number()):
        style, what = body.number(), body.text()
        say(names[style], what.replace("\n", " | "))
        if style in (SECRET, TEXT):
            fit = [a for a in answers if a[0] in what]
            if not fit:
                sys.exit(0)
            answers.remove(fit[0])
            replies.append(fit[0][1])
    # lightdm itself answers what is no question
    if replies:
        send(CONTINUE, struct.pack(">I", len(replies)) +
             b"".join(text(r) for r in replies))


sequence = 0
send(CONNECT, text("1.26.0") + struct.pack(">II", 0, 1))
while True:
    kind, n = struct.unpack(">II", take(8))
    body = Body(take(n))
    if kind in (CONNECTED, CONNECTED_V2):
        authenticate()
    elif kind == PROMPT:
        prompt(body)
    elif kind == END:
        number, who, rc = body.number(), body.text(), body.number()
        if number != sequence:
            continue
        say("end", rc, who)
        if rc == 0:
            send(START, text("ward"))
    elif kind == RESULT:
        say("result", body.number())
