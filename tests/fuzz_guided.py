"""`python -m tests.fuzz_guided READER [RUNS]`: a reader under atheris, which looks for inputs that reach new code.

It begins with the reader's good files and with damaged ones, and stops at the first error that is not one of ours.
"""

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agents", "orchestrator"]):
    from tests.fuzzing import READERS, damaged, stands


def main() -> None:
    name, runs = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "100000"
    folder = Path(tempfile.mkdtemp())
    seeds = folder / "seeds"
    seeds.mkdir()
    draws = random.Random(name)
    for n, data in enumerate([*READERS[name][1], *(damaged(name, draws) for _ in range(200))]):
        (seeds / str(n)).write_bytes(data)
    options = [f"-runs={runs}", "-max_len=8192", "-timeout=120", "-rss_limit_mb=4096", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(seeds)], lambda data: stands(name, folder, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
