--------------------------- MODULE MCChannelGraph ---------------------------
(* The channel and the programs, without the observer: what is compared with the Python model, and liveness. *)
EXTENDS Channel, Menus
=============================================================================
