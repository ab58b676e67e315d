"""Which of many designs of one network are worth having: precision, folding and board, searched by what they cost."""
