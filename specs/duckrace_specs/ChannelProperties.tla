-------------------------- MODULE ChannelProperties --------------------------
(***************************************************************************)
(* What a channel promises, in terms of what was sent and what arrived.    *)
(*                                                                         *)
(* The state of Channel forgets a message when it is received.  So an      *)
(* observer stands beside it and writes down what happens: `history`.  He  *)
(* only looks: every step of Channel is a step here, and no other is.      *)
(*                                                                         *)
(* The messages of a Menu are all distinct; each caller sends its own.     *)
(***************************************************************************)
EXTENDS Channel

CONSTANT Fault  \* "none", or a step that no channel may take: each must be seen by one property below

VARIABLE history  \* What the observer wrote down

Nothing == [
    sent      |-> <<>>,   \* messages of sends that took effect as Ok, in this order
    got       |-> <<>>,   \* messages that receives were given, in this order
    destroyed |-> <<>>,   \* messages that the receiver's drop destroyed (contract 50)
    back      |-> {},     \* messages that were handed back in an error
    ended     |-> FALSE,  \* a receive was told Disconnected
    refused   |-> FALSE]  \* a send was told Disconnected

NowDecided == {c \in Callers : Undecided(c) /\ pending'[c].phase = "decided"}
Answer(c) == pending'[c].response

(* What the observer writes about one step: at most one send and one receive succeed in it. *)
Observe ==
    LET sent == {c \in NowDecided : Operation(c) \in Sends /\ Answer(c).kind = "Ok"}
        failed == {c \in NowDecided : Operation(c) \in Sends /\ Answer(c).kind # "Ok"}
        got == {c \in NowDecided : Operation(c) \in Receives /\ Answer(c).kind = "Ok"}
    IN  history' = [
            sent |-> IF sent = {} THEN history.sent ELSE Append(history.sent, Value(CHOOSE c \in sent : TRUE)),
            got |-> IF got = {} THEN history.got ELSE Append(history.got, Answer(CHOOSE c \in got : TRUE).value),
            destroyed |-> IF receiver /\ ~receiver' THEN buffer ELSE history.destroyed,
            back |-> history.back \cup {Answer(c).value : c \in failed},
            ended |-> history.ended \/ \E c \in NowDecided : /\ Operation(c) \in Receives
                                                             /\ Answer(c).kind = "Disconnected",
            refused |-> history.refused \/ \E c \in failed : Answer(c).kind = "Disconnected"]

(***************************************************************************)
(* Steps that are wrong.  With Fault = "none" there are none.              *)
(***************************************************************************)
Same == UNCHANGED <<senders, receiver, queue, made>>
Wrong ==
    \/ /\ Fault = "lose"  \* a message vanishes from the buffer
       /\ buffer # <<>> /\ buffer' = Tail(buffer)
       /\ UNCHANGED pending /\ Same
    \/ /\ Fault = "duplicate"  \* a message is received and stays
       /\ \E c \in Inside : buffer # <<>> /\ pending' = Decided(Only(c, Ok(Head(buffer))))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "invent"  \* a message is received that nobody sent
       /\ \E c \in Inside : pending' = Decided(Only(c, Ok("ghost")))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "swap"  \* the last one first
       /\ Len(buffer) > 1
       /\ \E c \in Inside : pending' = Decided(Only(c, Ok(buffer[Len(buffer)])))
       /\ buffer' = SubSeq(buffer, 1, Len(buffer) - 1) /\ Same
    \/ /\ Fault = "overfill"  \* one message more than fits
       /\ \E c \in Callers : /\ InSend(c) /\ Alive(pending[c].call.handle) /\ receiver
                             /\ buffer' = Append(buffer, Value(c))
                             /\ pending' = Decided(Only(c, Ok(NoValue)))
       /\ Same
    \/ /\ Fault = "early end"  \* disconnected, although there is a message
       /\ senders = {} /\ buffer # <<>>
       /\ \E c \in Inside : pending' = Decided(Only(c, Response("Disconnected", NoValue)))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "end beside a sender"  \* disconnected, although a sender lives
       /\ senders # {} /\ buffer = <<>>
       /\ \E c \in Inside : pending' = Decided(Only(c, Response("Disconnected", NoValue)))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "keep the value"  \* an error without its message
       /\ \E c \in Callers : /\ InSend(c) /\ ~receiver
                             /\ pending' = Decided(Only(c, Response("Disconnected", NoValue)))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "refuse beside a receiver"  \* a send is told Disconnected, although the receiver lives
       /\ \E c \in Callers : /\ InSend(c) /\ receiver /\ Alive(pending[c].call.handle)
                             /\ pending' = Decided(Only(c, Response("Disconnected", Value(c))))
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "forget to withdraw"  \* a rendezvous times out, and its message is received all the same
       /\ \E c \in Callers : /\ Operation(c) = "send_timeout" /\ Phase(c) = "waiting"
                             /\ pending' = Decided(Only(c, Response("Timeout", Value(c))))
       /\ UNCHANGED <<buffer, senders, receiver, queue, made>>
    \/ /\ Fault = "two inside"  \* a second receive enters
       /\ \E c \in Callers : /\ Operation(c) \in Receives /\ Phase(c) = "called" /\ receiver
                             /\ Advance(c, "inside")
       /\ UNCHANGED buffer /\ Same
    \/ /\ Fault = "the newest sender first"  \* rendezvous: a receive meets the send that came last
       /\ Len(queue) > 1
       /\ \E c \in Inside :
              LET s == queue[Len(queue)]
              IN  Decide([d \in {c, s} |-> IF d = c THEN Ok(Value(s)) ELSE Ok(NoValue)])
       /\ UNCHANGED <<buffer, senders, receiver, made>>

ObservedInit == Init /\ history = Nothing
ObservedNext == (Next \/ Wrong) /\ Observe
Observed == ObservedInit /\ [][ObservedNext]_<<vars, history>>

-----------------------------------------------------------------------------
Range(seq) == {seq[i] : i \in 1..Len(seq)}
IsPrefix(short, long) == Len(short) <= Len(long) /\ SubSeq(long, 1, Len(short)) = short

(* The messages that caller c can send, by the turn in which it does. *)
MessagesOf(c) == {call.value : call \in {k \in UNION {Menu[c][n] : n \in 1..Len(Menu[c])} : k.operation \in Sends}}
Turn(c, message) == CHOOSE n \in 1..Len(Menu[c]) : \E call \in Menu[c][n] : call.value = message

ASSUME MessagesAreDistinct ==
    \A c, d \in Callers : \A m \in 1..Len(Menu[c]), n \in 1..Len(Menu[d]) :
        <<c, m>> # <<d, n>> =>
            {k.value : k \in {x \in Menu[c][m] : x.operation \in Sends}}
            \cap {k.value : k \in {x \in Menu[d][n] : x.operation \in Sends}} = {}

-----------------------------------------------------------------------------
(* Every variable has the shape that its comment says. *)
Shape ==
    /\ Capacity # 0 => queue = <<>>
    /\ Capacity = 0 => buffer = <<>>
    /\ \A c \in Callers :
        /\ made[c] \in 0..Len(Menu[c])
        /\ Phase(c) \in {"idle", "called", "inside", "waiting", "decided"}
        /\ (Phase(c) = "decided") <=> (pending[c].response # NoResponse)
    /\ \A i \in 1..Len(queue) : Phase(queue[i]) = "waiting" /\ Operation(queue[i]) \in Sends
    /\ ~receiver => buffer = <<>> /\ queue = <<>>

(* The messages of one sender arrive in the order in which it sent them (contract 10). *)
PerSenderFifo == \A c \in Callers :
    LET arrived == SelectSeq(history.got, LAMBDA m : m \in MessagesOf(c))
    IN  \A i, j \in 1..Len(arrived) : i < j => Turn(c, arrived[i]) < Turn(c, arrived[j])

(* Between senders: the order in which the sends took effect (contract 10, 11). *)
Fifo == IsPrefix(history.got, history.sent)

(* Each message arrives at most once (contract 12)... *)
NoDuplicate == \A i, j \in 1..Len(history.got) : history.got[i] = history.got[j] => i = j

(* ... and was sent by somebody (contract 12). *)
NothingInvented == \A i \in 1..Len(history.got) : \E c \in Callers : history.got[i] \in MessagesOf(c)

(* Each message that was sent is in the buffer, or arrived, or was destroyed with the receiver (contract 50). *)
NoLoss == Range(history.sent) = Range(history.got) \cup Range(history.destroyed) \cup Range(buffer)

(* No more messages wait than fit (contract 2, 3). *)
Bound == Capacity = Unbounded \/ Len(buffer) <= Capacity

(* A receive is told Disconnected when nothing is left to receive (contract 30, 32)... *)
DrainBeforeDisconnected == history.ended => history.got = history.sent

(* ... and nobody to send (contract 29, 47, 48). *)
EndMeansNoSender == history.ended => senders = {}

(* A send is told Disconnected if and only if the receiver is gone (contract 17). *)
RefusedMeansNoReceiver == history.refused => ~receiver

(* An error of a send carries the message that was not sent (contract 17, 18, 22, 26, 86). *)
ErrorCarriesValue == \A c \in Callers :
    (Operation(c) \in Sends /\ Phase(c) = "decided" /\ pending[c].response.kind # "Ok")
        => pending[c].response.value = Value(c)

(* What was handed back is not received, and nobody will (contract 12, 17, 26). *)
Withdrawn ==
    /\ history.back \cap (Range(history.got) \cup Range(buffer) \cup Range(history.destroyed)) = {}
    /\ \A i \in 1..Len(queue) : Undecided(queue[i])

(* One receive at a time occupies the receiver (contract 87). *)
OneInside == \A c, d \in Inside : c = d

(* Rendezvous: who comes second finds the one who waits. *)
NobodyPassesBy == queue = <<>> \/ WaitingReceives = {}

(* Rendezvous: sends that wait are met in the order of arrival (contract 14).  No state shows that: it is said of *)
(* every step.  A send that is answered Ok leaves nobody in the queue who came before it.                        *)
Met(c) == c \in NowDecided /\ Answer(c).kind = "Ok"
Overtakes(i, j) == i < j /\ Met(queue[j]) /\ queue[i] \in Range(queue')
InTurn == [][\A i, j \in 1..Len(queue) : ~Overtakes(i, j)]_<<vars, history>>
=============================================================================
