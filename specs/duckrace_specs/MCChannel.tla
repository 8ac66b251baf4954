------------------------------ MODULE MCChannel ------------------------------
(* What TLC is given: the channel, its properties and the programs. MCChannel*.cfg choose one of each. *)
EXTENDS ChannelProperties, Menus
=============================================================================
