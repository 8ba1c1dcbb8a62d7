#!/usr/bin/env python3
"""Damages the packets of a pcap file: damage.py IN OUT SEED FIRST

From byte FIRST of each packet on (behind the headers) some are changed: to any value, by a bit, to an extreme one, or four of
them to extreme ones, as counts and lengths. The same SEED gives the same file.
"""
import random
import struct
import sys


def damage(data, seed, first):
    chance = random.Random(seed)
    at = 24
    while at + 16 <= len(data):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        at += 16
        room = captured - first
        for _ in range(chance.randrange(1 + max(1, room // 30)) if room > 0 else 0):
            place = at + first + chance.randrange(room)
            how = chance.randrange(4)
            if how == 0:
                data[place] = chance.randrange(256)
            elif how == 1:
                data[place] ^= 1 << chance.randrange(8)
            elif how == 2:
                data[place] = chance.choice([0, 1, 0x7F, 0x80, 0xFF])
            else:
                for i in range(place, min(place + 4, at + captured)):
                    data[i] = chance.choice([0, 0x7F, 0xFF])
        at += captured
    return data


def main():
    source, target, seed, first = sys.argv[1:]
    with open(source, "rb") as file:
        data = bytearray(file.read())
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit("no little-endian pcap file")
    with open(target, "wb") as file:
        file.write(damage(data, int(seed), int(first)))


if __name__ == "__main__":
    main()
