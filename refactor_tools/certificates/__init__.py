"""The records of proofs: certificates, cases, key maps, kept originals. Text in, text out; no torch."""
