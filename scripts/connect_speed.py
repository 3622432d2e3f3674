"""How fast `engram connect` trains, beside the same network in PyTorch, on one thread and in one run.

    python scripts/connect_speed.py target/release/engram

The Romo task's shape: 64 units, batch 32, 56 steps, Adam. Engram's seconds hold everything a study does while it trains, trials drawn
anew included; PyTorch is given its trials, which costs it nothing. Rounds alternate, so that a busy machine slows both. Needs torch.
"""

import json
import statistics
import subprocess
import sys
import time

import torch

UNITS, BATCH, STEPS, INPUTS, OUTPUTS = 64, 32, 56, 1, 2
LEAK, GAIN, RATE = 0.5, 1.0, 1e-3
ROUNDS, ITERATIONS = 5, 400


def train(detached: bool) -> float:
    """Iterations a second of PyTorch; `detached`: e-prop, which cuts what units send each other out of the graph."""
    torch.manual_seed(0)
    recurrent = torch.nn.Parameter(torch.randn(UNITS, UNITS) * GAIN / UNITS**0.5)
    inward = torch.nn.Linear(INPUTS, UNITS, bias=False)
    outward = torch.nn.Linear(UNITS, OUTPUTS, bias=False)
    adam = torch.optim.Adam([recurrent, *inward.parameters(), *outward.parameters()], lr=RATE)
    shown = torch.rand(STEPS, BATCH, INPUTS)
    target = torch.rand(STEPS, BATCH, OUTPUTS)
    began = time.perf_counter()
    for _ in range(ITERATIONS):
        state = torch.zeros(BATCH, UNITS)
        driven = inward(shown)
        answers = []
        for step in range(STEPS):
            rate = torch.relu(state)
            sent = (rate.detach() if detached else rate) @ recurrent.T
            state = LEAK * state + (1 - LEAK) * (sent + driven[step])
            answers.append(torch.relu(state))
        loss = 0.5 * (outward(torch.stack(answers)) - target).square().sum(-1).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return ITERATIONS / (time.perf_counter() - began)


def study(engram: str, rule: str) -> float:
    """Iterations a second of a study with one network."""
    fields = [f'rules=["{rule}"]', f"gains=[{GAIN}]", "seeds=1", f"training.iterations={ITERATIONS}", "exponents.series=1"]
    sets = [part for field in fields for part in ("--set", field)]
    command = [engram, "connect", "connect-romo-quick", "--threads", "1", "-q", *sets]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return ITERATIONS / result["seconds"]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    for rule, name, detached in [("bptt", "BPTT", False), ("eprop", "e-prop", True)]:
        pairs = [(study(sys.argv[1], rule), train(detached)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name}: engram {ours:.0f}, PyTorch {torch.__version__} {theirs:.0f} iterations/s; ratio {ratio:.1f}")


if __name__ == "__main__":
    main()
