"""Who comes in: tokens of clients, the sign-in of people, and what an administrator does about both."""
