"""HTTP: the API, uploads, events; later the desk and the proof page."""
