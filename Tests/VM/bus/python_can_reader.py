"""Reads a CAN interface with python-can, as a program would that only counts: `python_can_reader.py INTERFACE`.

An empty name is every interface. Prints "ready", and at SIGTERM the number of messages read.
"""
import signal
import sys

import can


def leave(*_):
    raise SystemExit


signal.signal(signal.SIGTERM, leave)
count = 0
try:
    with can.Bus(interface="socketcan", channel=sys.argv[1]) as bus:
        print("ready", flush=True)
        while True:
            if bus.recv() is not None:
                count += 1
finally:
    print(count, flush=True)
