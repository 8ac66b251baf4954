------------------------------- MODULE Channel -------------------------------
(***************************************************************************)
(* What a channel does, seen from outside.                                 *)
(*                                                                         *)
(* If you meet TLA+ for the first time: a spec describes a state by        *)
(* VARIABLES, says which states are initial (Init), and which steps lead   *)
(* from one state to the next (Next).  In a step x is the value before and *)
(* x' the value after.  /\ is "and", \/ is "or", \E is "for some", \A is   *)
(* "for all".  TLC, the model checker, visits every state that such steps  *)
(* can reach.  <<a, b>> is a sequence, {a, b} a set, [f |-> 1] a record,   *)
(* [x \in S |-> e] a function (a dict), [f EXCEPT ![x] = e] one with a     *)
(* single entry changed, and UNCHANGED v means v' = v.                     *)
(*                                                                         *)
(* Threads ("callers") make calls.  A call is not one step: it is made     *)
(* (start), at one instant it takes effect (effect, pair or time_out), and *)
(* it comes back (return).  Other calls may do what they like in between.  *)
(*                                                                         *)
(*   called --enter--> inside --wait--> waiting --effect--> decided        *)
(*                                                                         *)
(* A call that has to wait is one without a step: nothing says "blocked",  *)
(* its effect is just not enabled.                                         *)
(*                                                                         *)
(* "contract 30" is statement 30 of the channel contract.  The actions are *)
(* named as in the Python model (duckrace_models, Transition.action), the  *)
(* variables too: the graph of this spec and that of the model are         *)
(* compared state by state and edge by edge.                               *)
(***************************************************************************)
EXTENDS ChannelWords

VARIABLES
    buffer,    \* Messages sent and not received, the next one first (contract 10)
    senders,   \* The sender handles that live; one that is not here was dropped, or is not made yet
    receiver,  \* Whether the receiver lives
    queue,     \* Rendezvous: the callers whose sends wait, in order of arrival (contract 14)
    pending,   \* For each caller the call that it is in, that call's phase, and its response once decided
    made       \* For each caller, how many calls it has made

vars == <<buffer, senders, receiver, queue, pending, made>>

Idle == [call |-> NoCall, phase |-> "idle", response |-> NoResponse]

(* A new channel, of which these sender handles exist. *)
New(handles) ==
    /\ buffer = <<>>
    /\ senders = handles
    /\ receiver = TRUE
    /\ queue = <<>>
    /\ pending = [c \in Callers |-> Idle]
    /\ made = [c \in Callers |-> 0]

Init == New(Tx)

-----------------------------------------------------------------------------
(* Looking at the state. *)

Operation(c) == pending[c].call.operation
Value(c) == pending[c].call.value
Phase(c) == pending[c].phase
Undecided(c) == Phase(c) \in {"called", "inside", "waiting"}
Alive(handle) == IF handle = "rx" THEN receiver ELSE handle \in senders

InSend(c) == Undecided(c) /\ Operation(c) \in Sends
InReceive(c) == Undecided(c) /\ Operation(c) \in Receives

(* The callers whose receives occupy the one receiver: never more than one (contract 87). *)
Inside == {c \in Callers : Operation(c) \in Receives /\ Phase(c) \in {"inside", "waiting"}}

(* Rendezvous: the callers whose receives can be met by a send. *)
WaitingReceives == {c \in Callers : Operation(c) \in Receives /\ Phase(c) = "waiting"}

HasRoom == Capacity = Unbounded \/ Len(buffer) < Capacity

-----------------------------------------------------------------------------
(* Changing it. *)

(* The calls of the callers in DOMAIN r are decided, with the responses r[c]... *)
Decided(r) == [c \in Callers |-> IF c \in DOMAIN r
                                 THEN [pending[c] EXCEPT !.phase = "decided", !.response = r[c]]
                                 ELSE pending[c]]

(* ... and wait no longer. *)
Decide(r) ==
    /\ pending' = Decided(r)
    /\ queue' = SelectSeq(queue, LAMBDA c : c \notin DOMAIN r)

Only(c, response) == [d \in {c} |-> response]

Advance(c, phase) == pending' = [pending EXCEPT ![c].phase = phase]

(* A handle that is not there any more: the send gets its message back (contract 85, 86). *)
Dropped(c) == Response("Dropped", IF Operation(c) \in Sends THEN Value(c) ELSE NoValue)

-----------------------------------------------------------------------------
(* The effects, one for each operation. *)

(* clone: one sender more (contract 5, 27). *)
Clone(c) ==
    /\ Operation(c) = "clone"
    /\ Alive(pending[c].call.handle)
    /\ senders' = senders \cup {Value(c)}
    /\ Decide(Only(c, Ok(Value(c))))
    /\ UNCHANGED <<buffer, receiver>>

(* drop: the handle goes, and with it every undecided call on it (contract 85, 86).  With the receiver the *)
(* messages go, at once (contract 50); with the last sender they stay (contract 51).                      *)
Drop(c) ==
    /\ Operation(c) = "drop"
    /\ LET handle == pending[c].call.handle
           others == {d \in Callers : Undecided(d) /\ pending[d].call.handle = handle /\ Operation(d) # "drop"}
           gone == [d \in others \cup {c} |-> IF d = c THEN Ok(NoValue) ELSE Dropped(d)]
       IN  IF handle = "rx"
           THEN /\ receiver' = FALSE
                /\ buffer' = <<>>
                /\ pending' = Decided(gone)
                /\ queue' = <<>>  \* sends that wait find out by themselves that the receiver is gone
                /\ UNCHANGED senders
           ELSE /\ senders' = senders \ {handle}
                /\ Decide(gone)
                /\ UNCHANGED <<buffer, receiver>>

(* Any other use of a handle that was dropped (contract 85). *)
UseAfterDrop(c) ==
    /\ Operation(c) # "drop"
    /\ ~Alive(pending[c].call.handle)
    /\ Decide(Only(c, Dropped(c)))
    /\ UNCHANGED <<buffer, senders, receiver>>

(* A send of any kind.  That the receiver is gone comes before everything else (contract 17, 18, 21, 23). *)
Send(c) ==
    /\ Operation(c) \in Sends
    /\ Alive(pending[c].call.handle)
    /\ \/ /\ ~receiver
          /\ Decide(Only(c, Response("Disconnected", Value(c))))
          /\ UNCHANGED buffer
       \/ /\ receiver /\ Capacity # 0 /\ HasRoom
          /\ buffer' = Append(buffer, Value(c))  \* contract 10; whoever looks while there is room gets it (13)
          /\ Decide(Only(c, Ok(NoValue)))
       \/ /\ receiver /\ Operation(c) = "try_send"  \* contract 22, 24
          /\ IF Capacity = 0 THEN WaitingReceives = {} ELSE ~HasRoom
          /\ Decide(Only(c, Response("Full", Value(c))))
          /\ UNCHANGED buffer
    /\ UNCHANGED <<senders, receiver>>

(* A receive of any kind, once inside.  A message comes before the end (contract 30). *)
Receive(c) ==
    /\ Operation(c) \in Receives
    /\ Phase(c) \in {"inside", "waiting"}
    /\ receiver
    /\ \/ /\ buffer # <<>>
          /\ buffer' = Tail(buffer)
          /\ Decide(Only(c, Ok(Head(buffer))))  \* contract 10, 29, 35
       \/ /\ buffer = <<>> /\ queue = <<>> /\ senders = {}
          /\ Decide(Only(c, Response("Disconnected", NoValue)))  \* contract 31, 32, 36, 41
          /\ UNCHANGED buffer
       \/ /\ buffer = <<>> /\ queue = <<>> /\ senders # {} /\ Operation(c) = "try_recv"
          /\ Decide(Only(c, Response("Empty", NoValue)))  \* contract 32
          /\ UNCHANGED buffer
    /\ UNCHANGED <<senders, receiver>>

(* A receive that finds another one inside is refused, and takes nothing (contract 87).  One that is decided *)
(* and has not returned has left the receiver, or has not: nobody saw it.                                   *)
Refuse(c) ==
    /\ Operation(c) \in Receives
    /\ Phase(c) = "called"
    /\ receiver
    /\ \/ Inside # {}
       \/ \E d \in Callers \ {c} : /\ Operation(d) \in Receives
                                   /\ Phase(d) = "decided"
                                   /\ pending[d].response.kind # "ConcurrentReceive"
    /\ Decide(Only(c, Response("ConcurrentReceive", NoValue)))
    /\ UNCHANGED <<buffer, senders, receiver>>

-----------------------------------------------------------------------------
(* The actions: the steps that there are. *)

(* The caller makes this call.  The channel has not noticed yet. *)
Make(c, call) ==
    /\ Phase(c) = "idle"
    /\ made' = [made EXCEPT ![c] = @ + 1]
    /\ pending' = [pending EXCEPT ![c] = [call |-> call, phase |-> "called", response |-> NoResponse]]
    /\ UNCHANGED <<buffer, senders, receiver, queue>>

(* The next call of the caller's menu. *)
start(c) ==
    /\ made[c] < Len(Menu[c])
    /\ \E call \in Menu[c][made[c] + 1] : Make(c, call)

(* A receive occupies the receiver: the guard of contract 87 is a step of its own. *)
enter(c) ==
    /\ Operation(c) \in Receives
    /\ Phase(c) = "called"
    /\ receiver
    /\ Inside = {}
    /\ Advance(c, "inside")
    /\ UNCHANGED <<buffer, senders, receiver, queue, made>>

(* Rendezvous: from here on the call can be met.  The order of these steps is the order of the pairs (14). *)
wait(c) ==
    /\ Capacity = 0
    /\ Alive(pending[c].call.handle)
    /\ \/ /\ Operation(c) \in {"send", "send_timeout"}
          /\ Phase(c) = "called"
          /\ receiver /\ WaitingReceives = {}
          /\ queue' = Append(queue, c)
       \/ /\ Operation(c) \in {"recv", "recv_timeout"}
          /\ Phase(c) = "inside"
          /\ senders # {} /\ queue = <<>>
          /\ UNCHANGED queue
    /\ Advance(c, "waiting")
    /\ UNCHANGED <<buffer, senders, receiver, made>>

(* The call takes effect, by itself. *)
effect(c) ==
    /\ Undecided(c)
    /\ \/ Clone(c)
       \/ Drop(c)
       \/ UseAfterDrop(c)
       \/ Send(c)
       \/ Receive(c)
       \/ Refuse(c)
    /\ UNCHANGED made

(* Rendezvous: the message passes from hand to hand, and both calls take effect in one step: that of the one *)
(* who came second (contract 20, 33).  The other one waits, so two try calls never meet (contract 25).      *)
pair(c) ==
    /\ Capacity = 0
    /\ Undecided(c)
    /\ receiver /\ Alive(pending[c].call.handle)
    /\ \/ /\ Operation(c) \in Sends
          /\ \E r \in WaitingReceives :
                 Decide([d \in {c, r} |-> IF d = r THEN Ok(Value(c)) ELSE Ok(NoValue)])
       \/ /\ Operation(c) \in Receives
          /\ Phase(c) \in {"inside", "waiting"}
          /\ queue # <<>>
          /\ LET s == Head(queue)
             IN  Decide([d \in {c, s} |-> IF d = c THEN Ok(Value(s)) ELSE Ok(NoValue)])
    /\ UNCHANGED <<buffer, senders, receiver, made>>

(* A timed call gives up.  There is no clock: it may whenever it cannot go on.  A message that is there is   *)
(* never timed out on (contract 35), and a message that timed out is withdrawn: Decide takes the sender out *)
(* of the queue (contract 26).                                                                              *)
time_out(c) ==
    /\ Undecided(c)
    /\ receiver /\ Alive(pending[c].call.handle)
    /\ \/ /\ Operation(c) = "send_timeout"
          /\ IF Capacity = 0 THEN Phase(c) = "waiting" ELSE ~HasRoom
          /\ Decide(Only(c, Response("Timeout", Value(c))))
       \/ /\ Operation(c) = "recv_timeout"
          /\ Phase(c) = IF Capacity = 0 THEN "waiting" ELSE "inside"
          /\ buffer = <<>> /\ queue = <<>> /\ senders # {}
          /\ Decide(Only(c, Response("Timeout", NoValue)))
    /\ UNCHANGED <<buffer, senders, receiver, made>>

(* The call comes back to its caller, with its response. *)
return(c) ==
    /\ Phase(c) = "decided"
    /\ pending' = [pending EXCEPT ![c] = Idle]
    /\ UNCHANGED <<buffer, senders, receiver, queue, made>>

Next ==
    \/ \E c \in Callers : start(c)
    \/ \E c \in Callers : enter(c)
    \/ \E c \in Callers : wait(c)
    \/ \E c \in Callers : effect(c)
    \/ \E c \in Callers : pair(c)
    \/ \E c \in Callers : time_out(c)
    \/ \E c \in Callers : return(c)

(* Safety: what may happen. [][A]_v reads "every step is an A, or changes nothing of v". *)
Safe == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* Liveness: what must happen in the end.                                                                   *)
(*                                                                                                          *)
(* Nobody has to make a call.  But a call that can go on and stays able to must do so (WF, weak fairness):  *)
(* that is the assumption that every thread gets the processor again and again.                             *)

Move(c) == enter(c) \/ wait(c) \/ effect(c) \/ pair(c) \/ time_out(c) \/ return(c)
Fair == \A c \in Callers : WF_vars(Move(c))
Spec == Safe /\ Fair

(* P ~> Q reads "whenever P, then Q, now or later". *)
Answered(c) == ~Undecided(c)
MessageThere == buffer # <<>> \/ queue # <<>>
RoomThere == receiver /\ (IF Capacity = 0 THEN WaitingReceives # {} ELSE HasRoom)

(* A receive returns when there is a message (contract 29), or it is gone: another receive has it, or the *)
(* sender who offered it gave up...                                                                       *)
MessageWakes == \A c \in Callers : (InReceive(c) /\ MessageThere) ~> (Answered(c) \/ ~MessageThere)
(* ... and when the last sender goes (contract 31, 41). *)
LastDropWakes == \A c \in Callers : (InReceive(c) /\ senders = {}) ~> Answered(c)
(* A send returns when there is room, or somebody else has it (contract 13, 18, 20)... *)
RoomWakes == \A c \in Callers : (InSend(c) /\ RoomThere) ~> (Answered(c) \/ ~RoomThere)
(* ... and when the receiver goes (contract 18, 21, 49). *)
ReceiverDropWakes == \A c \in Callers : (InSend(c) /\ ~receiver) ~> Answered(c)
(* A call on a handle that is dropped meanwhile returns (contract 86). *)
OwnDropWakes == \A c \in Callers : (Undecided(c) /\ ~Alive(pending[c].call.handle)) ~> Answered(c)
(* Everything but send and recv returns in any case (contract 16, 22, 32, 36, 89). *)
NeverForEver == \A c \in Callers : (Undecided(c) /\ Operation(c) \notin {"send", "recv"}) ~> Answered(c)
(* Who was answered returns. *)
AnswerArrives == \A c \in Callers : (Phase(c) = "decided") ~> (Phase(c) = "idle")

Live ==
    /\ MessageWakes
    /\ LastDropWakes
    /\ RoomWakes
    /\ ReceiverDropWakes
    /\ OwnDropWakes
    /\ NeverForEver
    /\ AnswerArrives

(* Deadlock freedom, said without time: this is exactly when a call may stand still. *)
MayStandStill(c) ==
    \/ Phase(c) = "idle"
    \/ /\ Operation(c) = "send" /\ Undecided(c)
       /\ receiver /\ Alive(pending[c].call.handle)
       /\ IF Capacity = 0 THEN Phase(c) = "waiting" /\ WaitingReceives = {} ELSE ~HasRoom
    \/ /\ Operation(c) = "recv" /\ Undecided(c)
       /\ receiver
       /\ Phase(c) = IF Capacity = 0 THEN "waiting" ELSE "inside"
       /\ ~MessageThere /\ senders # {}
StandsStill(c) == ~ENABLED Move(c)
OnlyTheRightOnesStandStill == \A c \in Callers : StandsStill(c) => MayStandStill(c)
=============================================================================
