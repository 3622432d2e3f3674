"""Iterations that `engram connect` trains in a second of one core, by BPTT, for networks of several sizes.

    python scripts/connect_sizes.py target/release/engram

Romo, batch 32, trials of up to 56 steps. Counted is CPU time, so that a busy machine matters less; two runs that differ in their number of
iterations alone are subtracted, which takes away what comes before training and after it.
"""

import resource
import subprocess
import sys

SIZES = {64: 400, 128: 150, 256: 40, 512: 10}


def seconds(engram: str, units: int, iterations: int) -> float:
    fields = ['rules=["bptt"]', "gains=[1]", "seeds=1", "exponents.series=1", "training.window=1"]
    fields += [f"network.units={units}", f"training.iterations={iterations}"]
    sets = [part for field in fields for part in ("--set", field)]
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [engram, "connect", "connect-romo-quick", "--threads", "1", "-q", *sets]
    subprocess.run(command, check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for units, iterations in SIZES.items():
        # The first run of each size brings the machine up to speed.
        times = [seconds(sys.argv[1], units, count) for count in (iterations, iterations, 3 * iterations)]
        each = (times[2] - times[1]) / (2 * iterations)
        print(f"N {units}: {1 / each:.0f} iterations/s, {1000 * each:.2f} ms each", flush=True)


if __name__ == "__main__":
    main()
