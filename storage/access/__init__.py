"""Who may come in: accounts of people, clients of agencies, their tokens, and what a decision has to know."""
