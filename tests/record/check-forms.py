# SPDX-License-Identifier: BSD-2-Clause
#
# What `sekisho audit export` wrote, held against the records it is of.
# usage: check-forms.py dicom|fhir|bundle|csv-en|csv-ja LOG EXPORT
#
# Nothing of a record may be lost: each message holds the line as it is, and
# every value as a detail (FHIR has no place for an empty one).  A FHIR
# resource is checked against the R4 schema and, since that demands little,
# against the cardinalities of the specification.  A cell of the CSV is no
# formula for any spreadsheet, and the same text but for the apostrophe.
import base64
import csv
import json
import os
import re
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))


def leaves(value, path=''):
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, f'{path}.{name}' if path else name)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from leaves(child, f'{path}[{i}]')
    elif isinstance(value, bool):
        yield path, 'true' if value else 'false'
    else:
        yield path, str(value)


def same(what, got, want):
    if got != want:
        sys.exit(f'{what}: {got!r}, not {want!r}')


# A message has no more details when it is longer than what a repository must
# take: that of a record of usual size never is.
def is_cut(line, found):
    same('cut', 'sekisho-cut' in found and len(line) < 9000, False)
    return 'sekisho-cut' in found


def dicom(line, text):
    rec = json.loads(line)
    root = ET.fromstring(text)
    details = [(d.get('type'), base64.b64decode(d.get('value'), validate=True))
               for d in root.iter('ParticipantObjectDetail')]
    found = dict(details)
    same('sekisho-record', found['sekisho-record'].decode(), line)
    cut = is_cut(line, found)
    for path, value in leaves(rec):
        if path in found or not cut:
            same(path, found[path].decode(), value)
    if root.find('EventIdentification/EventID').get('csd-code') == '110113':
        for o in root.iter('ParticipantObjectIdentification'):
            same('objects', sum(d.get('type') == 'Alert Description'
                                for d in o), 1)
    same('length', cut or len(text.encode()) <= 32768, True)
    # PS3.15 A.5.3.12: of the person, where from is mandatory
    for p in root.iter('ActiveParticipant'):
        same('UserID', bool(p.get('UserID').strip()), True)
        same('point', bool(p.get('NetworkAccessPointID')), True)


def need(obj, *names):
    for name in names:
        if name not in obj:
            sys.exit(f'no {name} in {obj}')


def fhir(line, event):
    rec = json.loads(line)
    need(event, 'type', 'recorded', 'agent', 'source', 'action', 'outcome',
         'subtype', 'id')
    need(event['source'], 'observer', 'type')
    for agent in event['agent']:
        need(agent, 'requestor', 'who', 'type', 'network')
    found = {}
    for entity in event['entity']:
        need(entity, 'what', 'type', 'role', 'name')
        for detail in entity.get('detail', ()):
            need(detail, 'type')
            same('values', len(detail), 2)
            found[detail['type']] = detail
    same('id', event['id'], rec['rec_id'])
    same('recorded', event['recorded'], rec['t'])
    same('sekisho-record', base64.b64decode(
        found['sekisho-record']['valueBase64Binary']).decode(), line)
    cut = is_cut(line, found)
    for path, value in leaves(rec):
        if value.strip() and (path in found or not cut):
            escaped = re.sub(r'[^\S ]', lambda m: ''.join(
                f'\\x{b:02x}' for b in m[0].encode()), value)
            same(path, found[path]['valueString'], escaped)
        elif path in found and not value.strip():
            sys.exit(f'{path} has no value, but a detail')


def table(lines, path, lang):
    with open(path, 'rb') as f:
        raw = f.read()
    same('byte order mark', raw[:3], b'\xef\xbb\xbf')
    same('line ends', raw.count(b'\n'), raw.count(b'\r\n'))
    with open(path, encoding='utf-8-sig', newline='') as f:
        rows = list(csv.reader(f, strict=True))
    head = rows.pop(0)
    same('rows', len(rows), len(lines))
    at = {name: head.index(name) for name in {
        'en': ('Number', 'Person', 'From', 'Detail', 'Because', 'Host'),
        'ja': ('番号', '利用者', '接続元', '詳細', '変更理由', 'ホスト'),
    }[lang]}
    fields = ('seq', 'person.name', 'where.rhost', 'detail', 'change.reason',
              'host')
    for line, row in zip(lines, rows):
        rec = dict(leaves(json.loads(line)))
        same('cells', len(row), len(head))
        for cell in row:
            if re.fullmatch(r'-?\d+', cell):
                continue # a number of ours
            bare = re.sub(r'''^[\s'"`]*''', '', cell)
            if re.match('[=+\\-@|%＝＋－＠｜％−﹢﹣﹦﹫]', bare):
                same('formula', cell[0], "'")
            for part in re.finditer(r'''[,;\t]\s*["'`]*[=+\-@]''', cell):
                same('formula', "'" in part[0], True)
        for name, field in zip(at, fields):
            same(field, row[at[name]].replace("'", ''),
                 rec.get(field, '').replace("'", ''))


def main():
    kind, log, export = sys.argv[1:]
    with open(log, encoding='utf-8', newline='\n') as f:
        lines = f.read().split('\n')[:-1]
    if kind.startswith('csv-'):
        table(lines, export, kind[4:])
        return
    with open(export, encoding='utf-8', newline='\n') as f:
        text = f.read()
    if kind == 'dicom':
        messages = text.split('\n')[:-1]
        same('messages', len(messages), len(lines))
        for line, message in zip(lines, messages):
            dicom(line, message)
        return
    import jsonschema
    with open(f'{HERE}/fhir-auditevent.schema.json', encoding='utf-8') as f:
        check = jsonschema.Draft6Validator(json.load(f)).validate
    if kind == 'bundle':
        bundle = json.loads(text)
        same('Bundle', (bundle['resourceType'], bundle['type']),
             ('Bundle', 'collection'))
        events = []
        for entry in bundle.get('entry', ()):
            events.append(entry['resource'])
            same('fullUrl', entry['fullUrl'],
                 'urn:uuid:' + entry['resource']['id'])
        same('one each', len({e['id'] for e in events}), len(events))
    else:
        events = [json.loads(line) for line in text.split('\n')[:-1]]
    same('resources', len(events), len(lines))
    for line, event in zip(lines, events):
        check(event)
        fhir(line, event)


main()
