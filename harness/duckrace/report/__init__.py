"""How results look to a person and to a program.  The only floor that knows screens.

``story``        the words on an exploration: a result as lines of styled text, said once for all renderings
``check_story``  the words on a check
``spec_story``   the words on the runs of TLC
``chain_story``  the words on a certificate of all of it
``proof_story``  the words on the proof for any size
``evidence``     what shows that a failure is one
``timeline``     the steps of a failing execution as rows
``words``        what they share
``layout``       lines, paragraphs, columns
``text``         plain text: what ``raise_for_failure`` says, and what a pipe gets
``terminal``     the same lines in colour, and the progress bar
``as_json``      for programs; versioned

It renders values of ``_data`` (and of ``formal``) and nothing else: it must not run anything, nor ask the machine.
"""
