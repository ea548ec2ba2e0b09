"""The pages of docs/reference, made from the commands, rules, life cycles, fact kinds and models themselves."""
