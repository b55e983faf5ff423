import os
import signal
from collections.abc import Iterator

import pytest
import torch

os.environ["HF_HUB_OFFLINE"] = "1"

from agents.gpt2.catalogue import find
from agents.gpt2.engine import Engine
from agents.gpt2.loading import Precision, load_engine

if torch.cuda.is_available():
    os.environ["ACCELERATE_USE_CPU"] = "true"  # what is to run on the GPU asks for it


@pytest.fixture(scope="session")
def exact_engine() -> Iterator[Engine]:
    """The house model in fp32."""
    engine = load_engine(find("house"), precision=Precision.FP32)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def shipped_engine() -> Iterator[Engine]:
    """The house model in the format that this machine gets."""
    engine = load_engine(find("house"))
    yield engine
    engine.close()


def pytest_configure() -> None:
    """Hear SIGINT: where tests run in the background it is ignored, and so it would be by programs that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
