"""Where private keys live and sign: in memory, on a token or HSM, with a remote service."""
