"""What happens between the two sides: scenarios, plans, grounding, guards, endings, runs and transcripts."""
