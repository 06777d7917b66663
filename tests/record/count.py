#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# An auditor who trusts no number: writes a log of random records, counts them
# by their lines alone, and compares with each number of `sekisho audit
# report`, and with what show and export hand out for the same time.
#
# usage: count.py SEKISHO SEED FOLDER ZONE
# It shares no code with what it checks.  ZONE is what /etc/localtime is now:
# sekisho goes by no TZ.

import collections
import csv
import datetime
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zoneinfo

sekisho, seed, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
rnd = random.Random(seed)
zone_name = sys.argv[4]
zone = zoneinfo.ZoneInfo(zone_name)
utc = datetime.timezone.utc
year, month = rnd.choice([(2027, 3), (2027, 10), (2028, 2), (2027, 9),
                          (2026, 12), (2027, 4), (2027, 11)])
path = os.path.join(folder, "audit.jsonl")
wrong = 0


def differ(what, got, want):
    global wrong
    if got != want:
        wrong += 1
        print("seed %d, %s: %s\n  got  %r\n  want %r" %
              (seed, zone_name, what, got, want))


def month_after(y, m):
    return (y + m // 12, m % 12 + 1)


def first_second(day):
    """The first second that the zone calls by this date or a later one."""
    at = datetime.datetime(day.year, day.month, day.day, tzinfo=utc)
    low = int(at.timestamp()) - 26 * 3600
    high = low + 52 * 3600
    while low < high:
        mid = (low + high) // 2
        if datetime.datetime.fromtimestamp(mid, zone).date() >= day:
            high = mid
        else:
            low = mid + 1
    return low * 1000000


# -- a log

PERSONS = ["taro", "hanako", "jiro", "=1+1", "<b>saburo</b>", "山田",
           "a\\\\x1b", "x,y;z", '"q"', "-m"]
PAIRS = ["pkcs11+pin", "fido2+verification", "password+pkcs11", "later+pair",
         None]
REASONS = ["wrong-pin", "cancelled", "cert-revoked", "clone-suspected",
           "a-reason-of-later", "timeout"]
SERVICES = ["gdm", "sshd", "ward", "", "sudo"]
TTYS = [":0", "pts/3", None, "<tty>"]
RHOSTS = ["10.0.0.7", "2001:db8::7", None, "evil&host", "@sum"]
ALERTS = ["enrol", "revoke", "suspend", "resume", "reset", "deny", "allow",
          "person_add", "account_add", "grant", "ungrant", "config",
          "policy", "log_key"]
OF_LOG = ["log_start", "log_stop", "log_gap", "log_repair", "log_damaged",
          "clock_step"]
records = []
prev = "0" * 64
boot = "00000000-0000-4000-8000-%012d" % 1
n_boots = 1
mono = 1000


def put(t, more):
    global prev
    rec = {"v": 2, "seq": len(records) + 1, "prev": prev, "t_mono": mono,
           "t": datetime.datetime.fromtimestamp(t // 1000000, utc).strftime(
               "%Y-%m-%dT%H:%M:%S") + ".%06dZ" % (t % 1000000),
           "boot_id": boot, "host": rnd.choice(["w1", "w1", "w2"]),
           "clock": {"synced": rnd.random() < 0.9, "source": "kernel",
                     "offset_us": rnd.randint(-5000, 5000),
                     "esterror_us": rnd.randint(0, 900)}}
    rec.update({k: v for k, v in more.items() if v is not None})
    line = json.dumps(rec, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()
    prev = hashlib.sha256(b"\0" + line).hexdigest()
    rec["#t"], rec["#boot"] = t, n_boots
    records.append((rec, line))


def where():
    out = {"service": rnd.choice(SERVICES), "tty": rnd.choice(TTYS),
           "rhost": rnd.choice(RHOSTS)}
    return {k: v for k, v in out.items() if v is not None}


def person(name):
    return {"name": name, "display": "D " + name}


def authentication():
    ok = rnd.random() < 0.7
    name = rnd.choice(PERSONS) if ok or rnd.random() < 0.6 else None
    rec = {"event": rnd.choice(["auth"] * 9 + ["account"]),
           "result": 0 if ok else rnd.choice([4, 8, 12]),
           "reason": "ok" if ok else rnd.choice(REASONS),
           "claimed": rnd.choice(PERSONS + ["root"]),
           "pair": rnd.choice(PAIRS), "where": where(),
           "person": person(name) if name else None,
           "account": {"name": rnd.choice(["ward3", "ward4", name or "x"]),
                       "shared": rnd.random() < 0.5} if ok else None}
    if rnd.random() < 0.3:
        rec["revocation"] = {"method": rnd.choice(["crl", "ocsp", "later"]),
                             "status": rnd.choice(["good", "revoked"]),
                             "age_s": rnd.randint(0, 99999)}
        if rnd.random() < 0.3:
            rec["revocation"]["grace_used"] = True
    if rec["event"] == "auth" and rnd.random() < 0.1:
        rec["remembered"] = {"seq": rnd.randint(1, 99),
                             "age_s": rnd.randint(0, 3600)}
    elif rnd.random() < 0.1:
        rec["factors"] = [{"type": "temp_code", "ok": ok}]
    return rec


def random_log():
    global mono, boot, n_boots
    first = datetime.date(year, month, 1)
    end = datetime.date(*month_after(year, month), 1)
    t = first_second(first) - 3 * 86400 * 1000000
    last = first_second(end) + 3 * 86400 * 1000000
    edges = [first_second(first + datetime.timedelta(days=i))
             for i in range(-1, (end - first).days + 2)]
    edges += [e + 2 * 3600 * 1000000 for e in edges]
    n = rnd.choice([60, 400, 900])
    sessions = []
    number = 0
    while t < last:
        step = int(rnd.expovariate(1) * (last - t + 1) / max(1, n))
        step = min(step, 40 * 3600 * 1000000)
        n -= 1
        near = [e for e in edges if t < e <= t + step]
        if near and rnd.random() < 0.6: # on a border, or beside it
            step = near[0] - t + rnd.choice([-1, 0, 0, 1])
        t += step
        mono += step // 1000
        if rnd.random() < 0.03: # the clock is set
            by = rnd.choice([-1, 1, -3600, 5400, -90000]) * 1000000
            t += by
            put(t, {"event": "clock_step", "step": {"us": by, "boot": "same"}})
        if rnd.random() < 0.02:
            n_boots += 1
            boot = "00000000-0000-4000-8000-%012d" % n_boots
            mono = 500
            put(t, {"event": "log_start", "result": 0})
        what = rnd.random()
        if what < 0.45:
            put(t, authentication())
        elif what < 0.65:
            number += 1
            who = rnd.choice(PERSONS)
            sessions.append(("s%d" % number, who, mono, n_boots))
            put(t, {"event": "login", "result": 0 if rnd.random() < .95 else 4,
                    "session": "s%d" % number, "person": person(who),
                    "account": {"name": "ward3"}, "where": where()})
        elif what < 0.82 and sessions:
            sid, who, began, b = sessions.pop(rnd.randrange(len(sessions)))
            put(t, {"event": "logout", "result": 0, "session": sid,
                    "person": person(who), "account": {"name": "ward3"},
                    "duration_s": (mono - began) // 1000
                    if b == n_boots and rnd.random() < .8 else None})
        elif what < 0.85:
            put(t, {"event": "logout", "result": 0, "session": "gone%d" % n,
                    "person": person(rnd.choice(PERSONS)),
                    "duration_s": rnd.choice([None, 77])})
        elif what < 0.93:
            put(t, {"event": rnd.choice(ALERTS), "actor": "root",
                    "result": rnd.choice([0, 0, 0, 8, 12]),
                    "person": person(rnd.choice(PERSONS)),
                    "change": {"reason": "=why", "object": "o"}})
        elif what < 0.95:
            put(t, {"event": rnd.choice(OF_LOG[:5])})
        elif what < 0.97:
            put(t, {"event": rnd.choice(["temp_code", "breakglass_start",
                                         "breakglass_stop"]), "result": 0,
                    "exception": {"reason": "lost", "uses_left": 1}})
        else:
            put(t, {"event": "an_event_of_later", "result":
                    rnd.choice([None, 0, 8])})
    with open(path, "wb") as f:
        for _, line in records:
            f.write(line + b"\n")


# -- what sekisho says

def run(*words):
    done = subprocess.run([sekisho, "audit", *words], capture_output=True,
                          check=False)
    if done.returncode != 0:
        differ("status of " + " ".join(words), done.returncode, 0)
        print(done.stderr.decode())
    return done.stdout.decode()


def tables(period):
    """name of the table -> rows of texts, without the apostrophe that keeps
    a text from being a formula"""
    out = {}
    names = ["summary", "days", "hours", "logins", "shared", "sessions",
             "longest", "open", "reasons", "refused", "places", "serious",
             "exceptions", "changes", "log", "clock", "revocation", "events"]
    for name in names:
        text = run("report", *period, "--format", "csv", "--table", name,
                   "--language", "en", path)
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
        out[name] = [[c[1:] if c.startswith("'") else
                      c.replace(",'", ",").replace(";'", ";")
                      for c in row] for row in rows[1:]]
    return out


def say(t):
    return datetime.datetime.fromtimestamp(t // 1000000, zone).strftime(
        "%Y-%m-%d %H:%M:%S")


def span(s):
    return "%d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60)


def get(rec, *names):
    for name in names:
        rec = rec.get(name) if isinstance(rec, dict) else None
    return "" if rec is None else rec


def starts(rows, n):
    """Times are shown with their zone: its name is not compared."""
    return rows if n is None else [[c[:19] if c[:2] == "20" and len(c) > 19
                                    else c for c in r] for r in rows]


# -- the same, counted here

class Counted:
    def __init__(self):
        self.n, self.first, self.last = 0, None, None

    def add(self, t):
        self.n += 1
        self.first = t if self.first is None else min(t, self.first)
        self.last = t if self.last is None else max(t, self.last)


def counted(pairs):
    out = collections.defaultdict(Counted)
    for key, t in pairs:
        out[key].add(t)
    return out


def compare_counts(got, name, key_columns, pairs):
    want = sorted([*key, str(c.n), say(c.first), say(c.last)]
                  for key, c in counted(pairs).items())
    k = len(want[0]) if want else 0
    rows = [[r[i] for i in key_columns] +
            starts([r[max(key_columns) + 1:]], 1)[0] for r in got[name]]
    differ("table " + name, sorted(r[:k] for r in rows), want)


def is_temp(r):
    return any(f["type"] == "temp_code" for f in get(r, "factors") or [])


def check(period, begin, end):
    got = tables(period)
    inside = [r for r, _ in records if begin <= r["#t"] < end]
    logins = [r for r in inside if r["event"] == "auth" and r["result"] == 0]
    refused = [r for r in inside if r["event"] in ("auth", "account")
               and r["result"] != 0]
    opened = [r for r in inside if r["event"] == "login"
              and r["result"] == 0]
    closed = [r for r in inside if r["event"] == "logout"]
    later = end + 86400 * 1000000
    ended = {r["session"]: r["seq"] for r, _ in records
             if r["event"] == "logout" and begin <= r["#t"] < later}
    still = [r for r in opened if not
             ended.get(r["session"], 0) > r["seq"]]
    serious = [r for r in inside if get(r, "result") != ""
               and r["result"] >= 8]
    given = [r for r in inside if r["event"] == "temp_code"]
    used = [r for r in inside if r["event"] in ("auth", "account")
            and is_temp(r)]
    override = [r for r in inside if r["event"].startswith("breakglass")]
    changes = [r for r in inside if r["event"] in ALERTS]
    summary = {k: int(v) for k, v in got["summary"]}
    differ("summary", summary, {
        "logins": len(logins), "refusals": len(refused),
        "of these not asked again": sum("remembered" in r
                                        for r in logins),
        "persons who logged in": len({get(r, "person", "name")
                                      for r in logins}),
        "serious failures": len(serious),
        "temporary code records": len(given),
        "logins with a temporary code": sum(
            r["result"] == 0 and r["event"] == "auth" for r in used),
        "emergency access": len(override),
        "changes": len(changes), "sessions opened": len(opened),
        "sessions closed": len(closed),
        "sessions without a logout": len(still), "records": len(inside)})

    by = {"hours": lambda t: say(t)[11:13] + ":00", "days": lambda t:
          say(t)[:10]}
    for name, of in by.items():
        a = collections.Counter(of(r["#t"]) for r in logins)
        b = collections.Counter(of(r["#t"]) for r in refused)
        if got[name]:
            differ(name, {r[0]: (int(r[1]), int(r[2])) for r in got[name]
                          if r[1:3] != ["0", "0"]},
                   {k: (a[k], b[k]) for k in a.keys() | b.keys()})
    compare_counts(got, "logins", [0, 2], [
        ((get(r, "person", "name"), get(r, "pair")), r["#t"])
        for r in logins])
    compare_counts(got, "shared", [0, 1, 2], [
        ((get(r, "account", "name"), get(r, "person", "name"),
          get(r, "person", "display")), r["#t"]) for r in logins
        if get(r, "account", "shared")])
    compare_counts(got, "reasons", [0, 1], [
        ((r["reason"], next((g[1] for g in got["reasons"]
                             if g[0] == r["reason"]), "?")), r["#t"])
        for r in refused])
    compare_counts(got, "refused", [0, 1], [
        ((get(r, "person", "name"), get(r, "claimed")), r["#t"])
        for r in refused])
    compare_counts(got, "places", [0, 1, 2], [
        ((get(r, "where", "service"), get(r, "where", "tty"),
          get(r, "where", "rhost")), r["#t"]) for r in refused])
    for name, these in (("serious", serious), ("changes", changes),
                        ("exceptions", sorted(given + used + override,
                                              key=lambda r: r["seq"])),
                        ("open", still)):
        differ("numbers in " + name, [int(r[1]) for r in got[name]],
               [r["seq"] for r in these])
    events = collections.Counter((r["event"], get(r, "result") not in
                                  ("", 0)) for r in inside)
    differ("events", {r[1]: (int(r[2]), int(r[3])) for r in got["events"]},
           {e: (events[e, False], events[e, True]) for e, _ in events})
    check_sessions(got, opened, closed, begin)
    check_evidence(got, inside)
    check_lists(got, inside)
    check_others(period, inside, begin, end)


def check_sessions(got, opened, closed, begin):
    want = collections.defaultdict(lambda: [0, 0, 0, 0])
    began = {r["session"]: r for r in opened}
    for r in opened:
        want[get(r, "person", "name")][0] += 1
    lengths = []
    for r in closed:
        w = want[get(r, "person", "name")]
        s = began.get(r["session"])
        seconds = -1
        if get(r, "duration_s") != "":
            seconds = r["duration_s"]
        elif s and s["seq"] < r["seq"] and s["boot_id"] == r["boot_id"]:
            seconds = (r["t_mono"] - s["t_mono"]) // 1000
        w[1] += 1
        w[2] += max(seconds, 0)
        w[3] = max(w[3], seconds)
        if seconds >= 0:
            lengths.append(seconds)
    differ("sessions", {r[0]: r[2:6] for r in got["sessions"]},
           {k: [str(v[0]), str(v[1]), span(v[2]), span(v[3])]
            for k, v in want.items()})
    differ("longest", [r[4] for r in got["longest"]],
           [span(s) for s in sorted(lengths, reverse=True)[:20]])


def check_evidence(got, inside):
    want = collections.defaultdict(lambda: [0, 0, 0])
    for r in inside:
        if r["event"] == "auth" and "revocation" in r:
            v = r["revocation"]
            w = want[v["method"], v["status"]]
            w[0] += 1
            w[1] += v.get("grace_used", False)
            w[2] = max(w[2], v["age_s"])
    differ("revocation", {(r[0], r[1]): r[2:] for r in got["revocation"]},
           {k: [str(v[0]), str(v[1]), span(v[2]) if v[2] else ""]
            for k, v in want.items()})
    clock = dict(got["clock"])
    synced = sum(r["clock"]["synced"] for r in inside)
    differ("clock", clock["clock synchronised"].split(" (")[0],
           "%d of %d records" % (synced, len(inside)))
    if inside:
        differ("offset", clock["largest correction due"].split(" ms")[0],
               "%.3f" % (max(abs(r["clock"]["offset_us"])
                             for r in inside) / 1000))
    steps = [r["step"]["us"] for r in inside if r["event"] == "clock_step"]
    differ("steps", int(clock["clock stepped, times"]), len(steps))
    if steps:
        differ("step", clock["largest step"],
               "%.3f ms" % (max(map(abs, steps)) / 1000))


def check_lists(got, inside):
    want = []
    for before, r in zip([None] + inside, inside):
        if before and before["seq"] + 1 == r["seq"]:
            if before["boot_id"] != r["boot_id"]:
                want.append((r["seq"], "machine started"))
            elif r["t_mono"] - before["t_mono"] >= 24 * 3600000:
                want.append((r["seq"], "no record for"))
        if r["event"] in OF_LOG:
            want.append((r["seq"], None))
    differ("temporary codes", [g[2] for g in got["exceptions"]
                               if g[2].startswith("temporary code ")],
           ["temporary code " + ("refused" if r["result"] else "used")
            for r in inside if is_temp(r)])
    differ("log", [(int(g[1]), w[1] and g[2]) for g, w in
                   zip(got["log"], want)] + got["log"][len(want):], want)


def check_others(period, inside, begin, end):
    """show and export of the same time"""
    times = ["--since", datetime.datetime.fromtimestamp(
        begin // 1000000, utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
             "--until", datetime.datetime.fromtimestamp(
        end // 1000000, utc).strftime("%Y-%m-%dT%H:%M:%SZ")]
    numbers = [r["seq"] for r in inside]
    shown = run("show", "--json", *times, path).splitlines()
    differ("show", [json.loads(s)["seq"] for s in shown], numbers)
    differ("show in lines", len(run("show", *times, path).splitlines()),
           len(numbers))
    lines = [line.decode() for r, line in records
             if begin <= r["#t"] < end]
    differ("export json", run("export", "--format", "json", *times,
                              path).split("\n")[:-1], lines)
    rows = list(csv.reader(io.StringIO(run(
        "export", "--format", "csv", *times, path).lstrip("\ufeff"))))[1:]
    differ("export csv", [(int(r[0]), r[1]) for r in rows],
           [(r["seq"], say(r["#t"])) for r in inside])
    fhir = run("export", "--format", "fhir", *times, path).splitlines()
    differ("export fhir", len([json.loads(x) for x in fhir]), len(numbers))
    for name, want in (("auth", ["--event", "auth", "--outcome", "ok"]),):
        some = run("show", "--json", *want, *times, path).splitlines()
        differ("show " + name, [json.loads(s)["seq"] for s in some],
               [r["seq"] for r in inside if r["event"] == "auth"
                and r["result"] == 0])


random_log()
first = datetime.date(year, month, 1)
check(["--month", "%04d-%02d" % (year, month)], first_second(first),
      first_second(datetime.date(*month_after(year, month), 1)))
for _ in range(2):
    day = first + datetime.timedelta(days=rnd.randrange(28))
    check(["--day", str(day)], first_second(day),
          first_second(day + datetime.timedelta(days=1)))
sys.exit(wrong > 0)
