"""One module for each kind of file that holds dialogues; each yields dialogues, and faults for what is broken."""
