------------------------------- MODULE MCMutex -------------------------------
(* What TLC is given: the algorithm and the programs. MCMutex*.cfg choose. *)
EXTENDS ChannelMutex, Menus
=============================================================================
