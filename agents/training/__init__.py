"""Corpora become a fine-tuned GPT-2: what is read, what it is turned into, and the training itself."""
