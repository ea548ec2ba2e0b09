"""What verbs share: one act, the proof, and publication."""
