"""Training of the line recogniser: text, drawn lines, the network, and the file that ships."""
