"""Frames (hex, one a line, first argument) to records, or with "json" to JSON text.

Each line on stdin is a round: "decode MILLISECONDS" or "json MILLISECONDS"; the answer is frames per second.
"""
import sys
import time

import meterbus

frames = [bytes.fromhex(line) for line in open(sys.argv[1]) if line.strip()]


def decode(frame):
    telegram = meterbus.load(frame)
    return [record.parsed_value for record in telegram.records]


def to_json(frame):
    return meterbus.load(frame).to_JSON()


for line in sys.stdin:
    work, milliseconds = line.split()
    run = to_json if work == "json" else decode
    count = 0
    start = time.perf_counter()
    while time.perf_counter() - start < int(milliseconds) / 1000:
        for frame in frames:
            run(frame)
        count += len(frames)
    print(count / (time.perf_counter() - start), flush=True)
