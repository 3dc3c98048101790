"""Whether certificates are revoked, asked over the network: responders (OCSP), revocation lists, missing issuers."""
