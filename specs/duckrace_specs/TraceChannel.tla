----------------------------- MODULE TraceChannel -----------------------------
(***************************************************************************)
(* Is what was recorded something that Channel can do?                     *)
(*                                                                         *)
(* A trace is what an observer of a running program has written down: who  *)
(* called what, and who was told what, in the order in which it happened;  *)
(* and the moments at which nobody could go on.  When a call took effect   *)
(* is not in it.  TLC finds that out: calls, returns and stops are read    *)
(* from the trace, one after another, and the silent steps in between      *)
(* (enter, wait, effect, pair, time_out) are taken as Channel has them.    *)
(* If some such run reads the whole trace, Channel can do that; if none    *)
(* does, the first event that no run could read is the one that is wrong.  *)
(*                                                                         *)
(* Many traces are read in one run of TLC.  Traces.tla is generated for    *)
(* it; the one beside this file is an example.                             *)
(***************************************************************************)
EXTENDS Channel, Traces, TLC

CONSTANT Lazy  \* Whether a silent step is taken only where the next event needs one

VARIABLES
    k,  \* Which trace
    i   \* How many of its events were read

(* Calls and handles come from the trace, not from a menu. *)
NoMenu == [c \in Names |-> <<>>]
NoTx == {}

TraceInit ==
    /\ k \in 1..Len(Traces)
    /\ i = 0
    /\ New(Traces[k].senders)

Length == Len(Traces[k].events)
Event == Happened[Traces[k].events[i + 1]]  \* the next one
Read == i' = i + 1 /\ k' = k

-----------------------------------------------------------------------------
(* Reading. *)

ReadCall ==
    /\ Event.kind = "call"
    /\ Make(Event.caller, Event.call)
    /\ Read

ReadReturn ==
    /\ Event.kind = "return"
    /\ return(Event.caller)
    /\ pending[Event.caller].response = Event.response
    /\ Read

(* Nobody could go on: nobody was owed a step, neither an effect nor a return.  A wake-up that was lost is *)
(* found here: by a call that Channel lets go on, and that stood still.                                    *)
ReadStop ==
    /\ Event.kind = "stop"
    /\ \A c \in Callers : StandsStill(c)
    /\ UNCHANGED vars
    /\ Read

-----------------------------------------------------------------------------
(***************************************************************************)
(* Silent steps.                                                           *)
(*                                                                         *)
(* With Lazy = FALSE they are taken whenever Channel has them.  Most of    *)
(* these runs differ only in when a step is taken that nobody has seen     *)
(* yet.  With Lazy = TRUE a step is put off until the next event needs it, *)
(* and exactly the same events can be read, for these reasons:             *)
(*                                                                         *)
(* Before a call none is needed: a silent step can as well come after the  *)
(* call.  A call that has just been made is in nobody's way: nothing asks  *)
(* for calls that are "called", except the drop of their handle, which     *)
(* decides them.  If the drop came first, such a call finds its handle     *)
(* gone, and that has the same answer and is the only step that it has.    *)
(*                                                                         *)
(* Before the return of a call that is decided none is needed either: it   *)
(* can as well come after the return, for nobody looks at decided calls.   *)
(* Only Refuse does: a receive is refused beside one that has not yet      *)
(* returned.  So that one may be taken; it depends on no other step that   *)
(* is put off, and none depends on it.                                     *)
(*                                                                         *)
(* What is left: before a return whose call is not decided, and a stop.    *)
(*                                                                         *)
(* tests/unit/formal/test_trace_validation.py compares the two.            *)
(***************************************************************************)
Silently(c) == enter(c) \/ wait(c) \/ effect(c) \/ pair(c) \/ time_out(c)

Needed ==
    \/ ~Lazy
    \/ Event.kind = "stop"
    \/ Event.kind = "return" /\ Phase(Event.caller) # "decided"

Silent ==
    /\ Needed
    /\ \E c \in Callers : Silently(c)
    /\ UNCHANGED <<k, i>>

RefusedInTime ==
    /\ ~Needed
    /\ Event.kind = "return" /\ Operation(Event.caller) \in Receives
    /\ \E c \in Callers : Refuse(c) /\ UNCHANGED made
    /\ UNCHANGED <<k, i>>

-----------------------------------------------------------------------------
TraceNext ==
    /\ i < Length
    /\ \/ ReadCall
       \/ ReadReturn
       \/ ReadStop
       \/ Silent
       \/ RefusedInTime

TraceSpec == TraceInit /\ [][TraceNext]_<<vars, k, i>>

(* What TLC prints: how far each trace was read, whenever that is further than before.  Register k of TLC *)
(* remembers it, which is right with one worker.  An invariant, so that it is looked at in every state.   *)
Told == i > TLCGet(k) => TLCSet(k, i) /\ PrintT(<<"READ", k, i>>)

ASSUME \A n \in 1..Len(Traces) : TLCSet(n, 0)
=============================================================================
