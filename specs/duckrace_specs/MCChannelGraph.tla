--------------------------- MODULE MCChannelGraph ---------------------------
(* The channel and the programs, without the observer: for liveness, and for the comparison with the Python *)
(* model, which is told what the callers do by this line of output.                                         *)
EXTENDS Channel, Menus, TLC

ASSUME PrintT(<<"MENU", Capacity, Tx, Menu>>)
=============================================================================
