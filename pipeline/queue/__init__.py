"""Who works when: messages that say that there is something to do, and the machines that hear them."""
