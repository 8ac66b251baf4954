----------------------------- MODULE ChannelWords -----------------------------
(* The vocabulary of Channel and ChannelMutex: calls, responses, and what a configuration chooses. *)
EXTENDS Integers, Sequences

CONSTANTS
    Capacity,  \* How many messages fit: Unbounded, 0 for a rendezvous, or 1, 2, ... (contract 1-3)
    Tx,        \* The sender handles that exist at the beginning, a set of strings. The receiver's is "rx".
    Menu       \* What the callers do: Menu[c][n] is the set of calls from which caller c picks its n-th one

Unbounded == -1

ASSUME Capacity \in {Unbounded} \cup Nat
ASSUME "rx" \notin Tx

Callers == DOMAIN Menu

(* A call: what, on which handle, and with which message (of a clone: the new handle). *)
CallOf(operation, handle, value) == [operation |-> operation, handle |-> handle, value |-> value]
NoValue == ""
NoCall == CallOf("none", "", NoValue)

Sends == {"send", "try_send", "send_timeout"}
Receives == {"recv", "try_recv", "recv_timeout"}
Timed == {"send_timeout", "recv_timeout"}
Tries == {"try_send", "try_recv"}

(* A response: what a call returns or raises.  An error of a send hands the message back (contract 17). *)
Response(kind, value) == [kind |-> kind, value |-> value]
NoResponse == Response("none", NoValue)
Ok(value) == Response("Ok", value)
=============================================================================
