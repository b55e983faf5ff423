"""Plain dialogues made by program from a bank of lines, with a passage that answers what is asked."""
