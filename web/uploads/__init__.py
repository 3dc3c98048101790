"""Uploads: tus 1.0.0, one small file in one request, parts straight into the store; and the receipts for them."""
