"""The engine that runs GPT-2: checkpoints, caches, batches and samples. It knows tokens, not conversations."""
