#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Replays the log (`wattest log --json` on standard input) with nothing of ours. Prints after how many steps the PCR had the
# value given as the argument, or "never"; how many MACs were checked; how many did not fit, or had a key that does not hash
# to the one before.
import hashlib
import hmac
import json
import struct
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def disclosed(record):
    """The key in a WINDOW, behind its nonce, or in an UNLOAD."""
    if struct.unpack_from("<H", record, 4)[0] == 2:
        return record[40:72]
    sources, devices, nonce = struct.unpack_from("<HHB", record, 40)
    start = 48 + 44 * sources + 40 * devices + nonce
    return record[start : start + 32]


records = [json.loads(line) for line in sys.stdin]
start = known = waiting = None
steps, lost, digests = [], [], []
checked = wrong = 0
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
    if waiting:
        key = disclosed(record)
        checked += 1
        wrong += sha256(key) != known
        wrong += hmac.new(key, bytes.fromhex(waiting["head"]), "sha256").hexdigest() != waiting.get("mac")
        known = key
    waiting = r

value = start
after = "never"
for n, (seq, digest) in enumerate(steps, 1):
    if not any(first <= seq <= last for first, last in lost):
        value = sha256(value + digest)
    if value.hex() == sys.argv[1]:
        after = n
print(after, checked, wrong)
