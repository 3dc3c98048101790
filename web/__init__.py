"""HTTP: API, uploads, desk, proof page. Grows on the pipeline; nothing lives here yet."""
