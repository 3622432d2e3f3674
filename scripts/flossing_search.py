"""Which k and learning rate of flossing do best, for both of its gradients: a line of JSON for each, added to a log.

    python scripts/flossing_search.py target/release/engram results/search-flossing.jsonl

Romo by e-prop from a small gain and from one, on seeds that nothing is reported of. Scored is the largest exponent after flossing, as
it is measured before training, and how well networks learn in a short training (mean loss from iteration 200 on), mean over gains and
seeds. What the log has already is not tried again.
"""

import itertools
import json
import statistics
import subprocess
import sys
from pathlib import Path

EXPONENTS = [8, 4, 16, 2, 1]
RATES = [0.003, 0.001, 0.01]
GRADIENTS = ["exact", "local"]
FIELDS = {
    "flossing.when": "always",
    "gains": "[0.2,1]",
    "seed": 1000,
    "seeds": 2,
    "training.iterations": 400,
    "training.rates": "[0.0003]",
    "exponents.series": 8,
    "exponents.trials": 4,
}


def evaluate(engram: str, gradient: str, exponents: int, rate: float) -> dict:
    tried = {"flossing.gradient": gradient, "flossing.exponents": exponents, "flossing.rate": rate}
    sets = [part for field, value in {**FIELDS, **tried}.items() for part in ("--set", f"{field}={value}")]
    command = [engram, "connect", "connect-flossing-quick", "--threads", "1", "-q", *sets]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    largest = [network["flossed"][0] for network in result["networks"]]
    lines = result["lines"]
    mean = lambda key: statistics.mean(line[key]["mean"] if line[key] else float("inf") for line in lines)
    return {
        "gradient": gradient,
        "exponents": exponents,
        "rate": rate,
        "distance": statistics.mean(map(abs, largest)),
        "largest": {str(line["gain"]): line["before"]["mean"] if line["before"] else None for line in lines},
        "learning": mean("learning"),
        "end": mean("end"),
        "accuracy": mean("test_accuracy"),
        "diverged": sum(line["diverged"] for line in lines),
        "seconds": result["seconds"],
        "made": result["made"],
    }


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    engram, log = sys.argv[1], Path(sys.argv[2])
    known = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    tried = {(line["gradient"], line["exponents"], line["rate"]) for line in known}
    for rate, exponents, gradient in itertools.product(RATES, EXPONENTS, GRADIENTS):
        if (gradient, exponents, rate) in tried:
            continue
        line = evaluate(engram, gradient, exponents, rate)
        with log.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(f"{gradient} k {exponents} rate {rate}: |λ| {line['distance']:.3f}, loss {line['learning']:.4f}", flush=True)


if __name__ == "__main__":
    main()
