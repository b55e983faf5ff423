"""Who talks: a persona, the prompt that it becomes, and the GPT-2 that speaks it."""
