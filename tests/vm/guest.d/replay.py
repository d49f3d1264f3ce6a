#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Replays the log (`wattest log --json` on standard input) with nothing of ours. Prints after how many steps the PCR had the
# value given as the argument, or "never"; how many MACs were checked; how many did not fit, or had a key that does not hash
# to the one before; how many keys were kept back, as LOST says of their steps; and of how many steps that the PCR does not
# have the key was disclosed all the same, before a later one's.
import hashlib
import hmac
import json
import struct
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def disclosed(record):
    """The key in a WINDOW, behind its nonce, or in an UNLOAD; none is empty."""
    if struct.unpack_from("<H", record, 4)[0] == 2:
        return record[40 : 40 + struct.unpack_from("<I", record, 32)[0]]
    sources, devices, nonce, key = struct.unpack_from("<HHBB", record, 40)
    start = 48 + 44 * sources + 40 * devices + nonce
    return record[start : start + key]


def fits(step, key):
    return hmac.new(key, bytes.fromhex(step["head"]), "sha256").hexdigest() == step.get("mac")


records = [json.loads(line) for line in sys.stdin]
start = known = None
steps, lost, digests, waiting = [], [], [], []
checked = wrong = kept = betrayed = 0
for r in records:
    record = bytes.fromhex(r["record"])
    digests.append(sha256(record))
    if r["type"] == "LOAD":
        start = record[40:72]
    elif r["type"] == "ANCHOR":
        known = record[24:56]
    elif r["type"] == "LOST" and struct.unpack_from("<H", record, 26)[0] == 5:
        lost.append(struct.unpack_from("<QQ", record, 32))
    if "head" not in r:
        continue
    steps.append((r["seq"], sha256(b"".join(digests))))
    digests = []
    key = disclosed(record)
    missing = waiting and any(first <= waiting[-1]["seq"] <= last for first, last in lost)
    if key:
        betrayed += bool(missing)
        newest = key
        for step in reversed(waiting):
            checked += 1
            wrong += not fits(step, key)
            key = sha256(key)
        wrong += key != known
        known = newest
        waiting = []
    elif waiting:
        kept += 1
        wrong += not missing
    waiting.append(r)

value = start
after = "never"
for n, (seq, digest) in enumerate(steps, 1):
    if not any(first <= seq <= last for first, last in lost):
        value = sha256(value + digest)
    if value.hex() == sys.argv[1]:
        after = n
print(after, checked, wrong, kept, betrayed)
