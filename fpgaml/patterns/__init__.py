"""Pattern files: a project's inputs and expected outputs as boards and benches play and capture them."""
