---------------------------- MODULE MCChannelLive ----------------------------
(***************************************************************************)
(* What TLC is given: the channel, what must happen in the end, and the    *)
(* programs.                                                               *)
(*                                                                         *)
(* Liveness stands on fairness: nothing happens in the end that may be put *)
(* off for ever.  So a mistake is here a step that has no fairness; with   *)
(* Fault = "none" this is Spec of Channel.                                 *)
(***************************************************************************)
EXTENDS Channel, Menus

CONSTANT Fault  \* "none", or what may be put off for ever: Live has to notice

PutOff(c) ==
    \/ /\ Fault = "the end wakes nobody"  \* a receive that waited when the last sender went
       /\ InReceive(c) /\ senders = {} /\ ~MessageThere
    \/ /\ Fault = "room wakes nobody"  \* a send, though there is room
       /\ InSend(c) /\ Operation(c) = "send" /\ RoomThere
    \/ /\ Fault = "time stands still"  \* a call that has nothing to wait for but its deadline
       /\ ENABLED time_out(c)

LiveSpec == Safe /\ \A c \in Callers : WF_vars(~PutOff(c) /\ Move(c))
=============================================================================
