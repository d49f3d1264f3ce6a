#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Joins the module's multicast group and prints how many records come in so many seconds. usage: listen.py SECONDS"""
import socket, struct, sys, time

CTRL, GETFAMILY, FAMILY_NAME, MCAST_GROUPS, GROUP_ID = 16, 3, 2, 7, 2
SOL_NETLINK, ADD_MEMBERSHIP = 270, 1


def attributes(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        yield kind & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3:]


s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
name = b"wattest\0"
body = struct.pack("BBxx", GETFAMILY, 1) + struct.pack("HH", 4 + len(name), FAMILY_NAME) + name
s.send(struct.pack("IHHII", 16 + len(body), CTRL, 1, 1, 0) + body)
groups = dict(attributes(s.recv(65536)[20:]))[MCAST_GROUPS]
group = next(dict(attributes(g))[GROUP_ID] for _, g in attributes(groups))
s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, struct.unpack("I", group)[0])
end, n = time.monotonic() + float(sys.argv[1]), 0
while (left := end - time.monotonic()) > 0:
    s.settimeout(left)
    try:
        s.recv(65536)
        n += 1
    except TimeoutError:
        break
print(n)
