"""How the small networks of this room were trained; nothing here is needed to use them."""
