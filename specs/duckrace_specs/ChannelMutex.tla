----------------------------- MODULE ChannelMutex -----------------------------
(***************************************************************************)
(* How the reference channel does it: duckrace.channels, step by step.     *)
(*                                                                         *)
(* One lock per channel.  A call takes it, looks, and is done, or joins a  *)
(* line of waiters, lets go of the lock and sleeps at a gate of its own    *)
(* until somebody opens it.  Gates and lines are its condition variables.  *)
(* A drop never waits for the lock: when it is taken, the drop is written  *)
(* down in `deferred`, and whoever has the lock applies it (contract 89).  *)
(*                                                                         *)
(*   called --Acquire--> locked --Body--> unlock --Release--> look         *)
(*   look --Look--> settle (work is left) | sleep | leave --Leave--> idle  *)
(*   settle --Settle--> settling --Apply--> settled --Unlock--> look       *)
(*   sleep --Wake, TimeUp--> called            called --Defer--> defer     *)
(*                                                                         *)
(* A step here is what no other thread can cut in two: what a call does    *)
(* while it holds the lock is one step (Body), since all that it reads is  *)
(* governed by the lock; but for `deferred`, to which others append at any *)
(* moment: so taking the lock, Body, and letting go are three steps.       *)
(*                                                                         *)
(* Below are the algorithm, then what it has to do with Channel (the       *)
(* refinement mapping), and last its properties.                           *)
(*                                                                         *)
(* Not in here: interrupts (contract 88), forks (91), and the end of the   *)
(* interpreter (92).                                                       *)
(***************************************************************************)
EXTENDS ChannelWords, FiniteSets

CONSTANTS
    Spurious,  \* TRUE: sleepers may be woken for no reason (Core.nudge), and have to look again
    Bug        \* "none", or a mistake in the algorithm that some check has to find

VARIABLES
    lock,      \* Core.lock: the caller who holds it, or NoOne
    deferred,  \* Core.deferred: the handles whose drop waits for the lock, oldest first
    core,      \* What the lock governs, see Core below
    thread,    \* For each caller: where it is, in which call, and what it knows
    made,      \* For each caller, how many calls it has made
    doomed,    \* Only for the mapping: the callers whose handle was dropped while they were in a call on it
    announced  \* Only for the mapping: the caller who is about to time out at once, or NoOne

mutexVars == <<lock, deferred, core, thread, made, doomed, announced>>

NoOne == ""

(* Core.  `open` stands for the seats (Seat.open), and their number for Core.senders and Core.receivers. *)
Core == [
    buffer  |-> <<>>,           \* Core.buffer
    dead    |-> <<>>,           \* Core.dead: messages to be destroyed, outside the lock (contract 52)
    open    |-> Tx \cup {"rx"}, \* the handles that were admitted and not dropped
    inside  |-> NoOne,          \* Seat.inside: the caller whose receive waits (contract 87)
    putters |-> <<>>,           \* Core.putters: the line of waiting sends
    takers  |-> <<>>,           \* Core.takers: the line of waiting receives
    gate    |-> [c \in Callers |-> FALSE],  \* Waiter.gate: whether it is open
    served  |-> [c \in Callers |-> FALSE],  \* Waiter.served: the message has changed hands (rendezvous)
    hand    |-> [c \in Callers |-> NoValue] \* Waiter.value, of a receiver that was served
]

Resting == [
    pc       |-> "idle",
    call     |-> NoCall,
    waiter   |-> FALSE,       \* whether the call has made a Waiter, so has waited
    late     |-> FALSE,       \* its time is over
    response |-> NoResponse]

MutexInit ==
    /\ lock = NoOne
    /\ deferred = <<>>
    /\ core = Core
    /\ thread = [c \in Callers |-> Resting]
    /\ made = [c \in Callers |-> 0]
    /\ doomed = {}
    /\ announced = NoOne

-----------------------------------------------------------------------------
(* What is done with the lock held: functions from a core k to the core after it. *)

At(c, pc) == thread[c].pc = pc
Go(c, pc) == thread' = [thread EXCEPT ![c].pc = pc]
Op(c) == thread[c].call.operation
Message(c) == thread[c].call.value
HandleOf(c) == thread[c].call.handle
LineOf(c) == IF Op(c) \in Sends THEN "putters" ELSE "takers"
Range(seq) == {seq[i] : i \in 1..Len(seq)}
SendersOf(k) == k.open \ {"rx"}

(* Line.wake*: these callers leave the line, and their gates open. *)
Wake(k, line, who) == [k EXCEPT
    ![line] = SelectSeq(@, LAMBDA c : c \notin who),
    !.gate = [c \in Callers |-> @[c] \/ c \in who]]
WakeFirst(k, line) == IF k[line] = <<>> THEN k ELSE Wake(k, line, {Head(k[line])})
WakeAll(k, line) ==
    IF Bug = "wake one on the receiver's drop" /\ line = "putters" THEN WakeFirst(k, line)
    ELSE Wake(k, line, Range(k[line]))
WakeSeat(k, line, handle) ==
    IF Bug = "forget the sleepers on a dropped handle" THEN k
    ELSE Wake(k, line, {c \in Range(k[line]) : HandleOf(c) = handle})

(* Core._close: this handle is no more (contract 47-51, 86). *)
Close(k, handle) ==
    IF handle \notin k.open THEN k
    ELSE LET shut == [k EXCEPT !.open = @ \ {handle}]
         IN  IF handle = "rx"
             THEN [WakeAll(WakeSeat(shut, "takers", handle), "putters") EXCEPT
                      !.dead = @ \o k.buffer,
                      !.buffer = <<>>]
             ELSE LET told == WakeSeat(shut, "putters", handle)
                  IN  IF SendersOf(told) = {} /\ Bug # "no wake-up on the last drop"
                      THEN WakeAll(told, "takers") ELSE told

(* Core._apply_deferred: what was deferred, oldest first. *)
RECURSIVE CloseAll(_, _)
CloseAll(k, handles) == IF handles = <<>> THEN k ELSE CloseAll(Close(k, Head(handles)), Tail(handles))

(* The core as whoever takes the lock finds it. *)
Now == IF Bug = "leave the deferred to others" THEN core ELSE CloseAll(core, deferred)
DeferredAfter == IF Bug = "leave the deferred to others" THEN deferred ELSE <<>>

(* What a look comes to: a word, the core after it, and for a receive the message. *)
Look(word, k, value) == [word |-> word, core |-> k, value |-> value]

(* BufferedCore._try_put and RendezvousCore._try_put (contract 2, 10, 20, 24). *)
TryPut(k, c) ==
    IF Capacity = 0
    THEN IF k.takers = <<>> THEN Look("WAIT", k, NoValue)
         ELSE LET taker == Head(k.takers)
              IN  Look("DONE", [WakeFirst(k, "takers") EXCEPT !.served[taker] = TRUE,
                                                             !.hand[taker] = Message(c)], NoValue)
    ELSE IF /\ Capacity # Unbounded /\ Len(k.buffer) >= Capacity
            /\ ~(Bug = "no second look at the room" /\ thread[c].waiter)
         THEN Look("WAIT", k, NoValue)
         ELSE LET woken == IF Bug = "no wake-up on send" THEN k ELSE WakeFirst(k, "takers")
              IN  Look("DONE", [woken EXCEPT !.buffer = Append(@, Message(c))], NoValue)

(* BufferedCore._try_take and RendezvousCore._try_take (contract 10, 29, 33). *)
TryTake(k, c) ==
    IF Capacity = 0
    THEN IF k.putters = <<>> THEN Look("WAIT", k, NoValue)
         ELSE LET putter == Head(k.putters)
              IN  Look("DONE", [WakeFirst(k, "putters") EXCEPT !.served[putter] = TRUE], Message(putter))
    ELSE IF k.buffer = <<>> THEN Look("WAIT", k, NoValue)
         ELSE LET woken == IF Bug = "no wake-up on receive" THEN k ELSE WakeFirst(k, "putters")
              IN  Look("DONE", [woken EXCEPT !.buffer = Tail(@)], Head(k.buffer))

(* BufferedCore._rouse: the wake-up of a call that leaves without using its chance goes to the next one. *)
Rouse(k) ==
    IF Capacity = 0 \/ Bug = "keep the wake-up" THEN k
    ELSE LET taken == IF k.buffer # <<>> THEN WakeFirst(k, "takers") ELSE k
         IN  IF Capacity = Unbounded \/ Len(k.buffer) < Capacity THEN WakeFirst(taken, "putters") ELSE taken

(* Core.put and Core.take, from the lock to the decision. *)
LookPut(k, c) ==
    IF k.served[c] THEN Look("DONE", k, NoValue)
    ELSE IF HandleOf(c) \notin k.open THEN Look("DROPPED", k, NoValue)  \* contract 85, 86
    ELSE IF "rx" \notin k.open THEN Look("CLOSED", k, NoValue)          \* contract 17, 18, 21, 23
    ELSE TryPut(k, c)

LookTake(k, c) ==
    IF k.served[c] THEN Look("DONE", k, k.hand[c])
    ELSE IF "rx" \notin k.open THEN Look("DROPPED", k, NoValue)
    ELSE IF k.inside # (IF thread[c].waiter THEN c ELSE NoOne) /\ Bug # "let two receive"
         THEN Look("BUSY", k, NoValue)                                  \* contract 87
    ELSE IF Bug = "look for senders first" /\ SendersOf(k) = {} THEN Look("CLOSED", k, NoValue)
    ELSE LET took == TryTake(k, c)
         IN  IF took.word = "WAIT" /\ SendersOf(k) = {}
             THEN Look("CLOSED", k, NoValue)                            \* contract 30, 31
             ELSE took

LookAt(k, c) == IF Op(c) \in Sends THEN LookPut(k, c) ELSE LookTake(k, c)

(* Core._leave: the call is over. *)
LeaveLine(k, c, word) ==
    LET out == IF Bug = "stay in line after a time-out" /\ word = "EXPIRED" THEN k
               ELSE [k EXCEPT ![LineOf(c)] = SelectSeq(@, LAMBDA d : d # c)]
        free == [out EXCEPT !.inside = IF @ = c THEN NoOne ELSE @]
    IN  IF word = "DONE" THEN free ELSE Rouse(free)

(* What a word means to the caller (Sender, SyncSender, Receiver; contract 17-36). *)
ResponseFor(c, word, value) ==
    LET back == IF Op(c) \in Sends THEN Message(c) ELSE NoValue
        kind == CASE word = "DONE" -> "Ok"
                  [] word = "CLOSED" -> "Disconnected"
                  [] word = "DROPPED" -> "Dropped"
                  [] word = "BUSY" -> "ConcurrentReceive"
                  [] word = "EXPIRED" /\ Op(c) = "try_send" -> "Full"
                  [] word = "EXPIRED" /\ Op(c) = "try_recv" -> "Empty"
                  [] word = "EXPIRED" /\ Op(c) \in Timed -> "Timeout"
    IN  Response(kind, IF word = "DONE" THEN value ELSE back)

-----------------------------------------------------------------------------
(* The steps of a thread. *)

(* The caller makes its next call. *)
Start(c) ==
    /\ At(c, "idle")
    /\ made[c] < Len(Menu[c])
    /\ made' = [made EXCEPT ![c] = @ + 1]
    /\ \E call \in Menu[c][made[c] + 1] :
           thread' = [thread EXCEPT ![c] = [Resting EXCEPT !.pc = "called", !.call = call]]
    /\ UNCHANGED <<lock, deferred, core, doomed>>

(* `with self.lock` of everything, `acquire(blocking=False)` of a drop. *)
Acquire(c) ==
    /\ At(c, "called")
    /\ lock = NoOne
    /\ lock' = c
    /\ Go(c, "locked")
    /\ UNCHANGED <<deferred, core, made, doomed>>

(* Core._submit: the lock is taken, so the drop will be deferred. *)
Defer(c) ==
    /\ At(c, "called") /\ Op(c) = "drop"
    /\ lock # NoOne
    /\ Go(c, "defer")
    /\ UNCHANGED <<lock, deferred, core, made, doomed>>

(* With the lock held: apply what is deferred, look, decide or join the line. *)
End(c, k, response) ==
    /\ core' = k
    /\ thread' = [thread EXCEPT ![c].pc = "unlock", ![c].response = response, ![c].late = FALSE]
Stay(c, k) ==
    /\ core' = [k EXCEPT
           ![LineOf(c)] = IF c \in Range(@) THEN @ ELSE Append(@, c),
           !.inside = IF Op(c) \in Receives THEN c ELSE @]
    /\ IF Bug = "do not wait for the handover" /\ Op(c) \in Sends
       THEN thread' = [thread EXCEPT ![c].pc = "unlock", ![c].waiter = TRUE, ![c].response = Ok(NoValue)]
       ELSE thread' = [thread EXCEPT ![c].pc = "unlock", ![c].waiter = TRUE]

BodyOfTransfer(c) ==
    /\ Op(c) \in Sends \cup Receives
    /\ LET look == LookAt(Now, c)
           k == look.core
       IN  IF look.word # "WAIT"
           THEN End(c, IF thread[c].waiter THEN LeaveLine(k, c, look.word) ELSE k,
                    ResponseFor(c, look.word, look.value))
           ELSE IF Op(c) \in Tries
           THEN End(c, k, ResponseFor(c, "EXPIRED", NoValue))
           ELSE \/ /\ Op(c) \in Timed  \* Core._queue_up: the deadline has passed (contract 26, 34-39)
                   /\ (Capacity = 0 /\ ~thread[c].waiter) => announced = c
                   /\ End(c, LeaveLine(k, c, "EXPIRED"), ResponseFor(c, "EXPIRED", NoValue))
                \/ /\ ~thread[c].late
                   /\ announced # c
                   /\ Stay(c, k)
    /\ UNCHANGED doomed

BodyOfClone(c) ==
    /\ Op(c) = "clone"  \* Core.admit
    /\ IF HandleOf(c) \in Now.open
       THEN End(c, [Now EXCEPT !.open = @ \cup {Message(c)}], Ok(Message(c)))
       ELSE End(c, Now, Response("Dropped", NoValue))
    /\ UNCHANGED doomed

(* The calls that a drop of this handle ends: they are in `doomed` from here on. *)
OnHandle(handle) == {c \in Callers : ~At(c, "idle") /\ HandleOf(c) = handle /\ Op(c) # "drop"}

BodyOfDrop(c) ==
    /\ Op(c) = "drop"  \* Core._submit: the lock was free
    /\ End(c, Close(Now, HandleOf(c)), Ok(NoValue))
    /\ doomed' = doomed \cup OnHandle(HandleOf(c))

Body(c) ==
    /\ At(c, "locked")
    /\ BodyOfTransfer(c) \/ BodyOfClone(c) \/ BodyOfDrop(c)
    /\ deferred' = DeferredAfter
    /\ UNCHANGED <<lock, made>>

(* Core._submit: the drop is written down.  From here on it has happened: whoever takes the lock applies it first. *)
WriteDown(c) ==
    /\ At(c, "defer")
    /\ deferred' = Append(deferred, HandleOf(c))
    /\ doomed' = doomed \cup OnHandle(HandleOf(c))
    /\ thread' = [thread EXCEPT ![c].pc = IF Bug = "no second try" THEN "leave" ELSE "look",
                                ![c].response = Ok(NoValue)]
    /\ UNCHANGED <<lock, core, made>>

Release(c) ==
    /\ At(c, "unlock")
    /\ lock' = NoOne
    /\ Go(c, IF Bug = "no look after the lock" /\ Op(c) # "drop"
             THEN IF thread[c].response = NoResponse THEN "sleep" ELSE "leave"
             ELSE "look")
    /\ UNCHANGED <<deferred, core, made, doomed>>

(* Who has nothing left to settle goes to sleep, or leaves. *)
Onwards(c) == IF thread[c].response = NoResponse THEN "sleep" ELSE "leave"

(* `if self.deferred or self.dead`, read without the lock. *)
LookAround(c) ==
    /\ At(c, "look")
    /\ Go(c, IF deferred # <<>> \/ core.dead # <<>> THEN "settle" ELSE Onwards(c))
    /\ UNCHANGED <<lock, deferred, core, made, doomed>>

(* Core.settle: try the lock; if somebody else has it, it is their turn. *)
Settle(c) ==
    /\ At(c, "settle")
    /\ IF lock = NoOne THEN lock' = c /\ Go(c, "settling")
       ELSE UNCHANGED lock /\ Go(c, Onwards(c))
    /\ UNCHANGED <<deferred, core, made, doomed>>

Apply(c) ==
    /\ At(c, "settling")
    /\ core' = [CloseAll(core, deferred) EXCEPT !.dead = <<>>]  \* it destroys them when the lock is free
    /\ deferred' = <<>>
    /\ Go(c, "settled")
    /\ UNCHANGED <<lock, made, doomed>>

Unlock(c) ==
    /\ At(c, "settled")
    /\ lock' = NoOne
    /\ Go(c, "look")
    /\ UNCHANGED <<deferred, core, made, doomed>>

(* Waiter.park: the gate is open; it is shut again, and the call competes for the lock like everybody else. *)
Awake(c) ==
    /\ At(c, "sleep")
    /\ core.gate[c]
    /\ core' = [core EXCEPT !.gate[c] = FALSE]
    /\ Go(c, "called")
    /\ UNCHANGED <<lock, deferred, made, doomed>>

(* Waiter.park: the deadline passes.  The call is still in its line, and may still be served (contract 38). *)
TimeUp(c) ==
    /\ At(c, "sleep") /\ Op(c) \in Timed
    /\ thread' = [thread EXCEPT ![c].pc = "called", ![c].late = TRUE]
    /\ UNCHANGED <<lock, deferred, core, made, doomed>>

(* The call returns, and its Waiter is forgotten. *)
Leave(c) ==
    /\ At(c, "leave")
    /\ thread' = [thread EXCEPT ![c] = Resting]
    /\ core' = [core EXCEPT !.gate[c] = FALSE, !.served[c] = FALSE, !.hand[c] = NoValue]
    /\ doomed' = doomed \ {c}
    /\ UNCHANGED <<lock, deferred, made>>

(* Core.nudge: a sleeper wakes for no reason, and keeps its place in the line. *)
Nudge(c) ==
    /\ Spurious
    /\ lock = NoOne
    /\ c \in Range(core.putters) \cup Range(core.takers) /\ ~core.gate[c]
    /\ core' = [core EXCEPT !.gate[c] = TRUE]
    /\ UNCHANGED <<lock, deferred, thread, made, doomed>>

-----------------------------------------------------------------------------
(* The mapping: what the state of the algorithm means as a state of Channel.                                 *)
(*                                                                                                           *)
(* A drop has happened when it is written down, so Channel sees the handles without the deferred ones; and a *)
(* call is decided as soon as nothing can change its response any more, however far its thread has got.      *)

Living == core.open \ Range(deferred)

IsDecided(c) == thread[c].response # NoResponse \/ core.served[c] \/ c \in doomed

AbsResponse(c) ==
    IF thread[c].response # NoResponse THEN thread[c].response
    ELSE IF core.served[c] THEN Ok(core.hand[c])
    ELSE IF c \in doomed THEN Response("Dropped", IF Op(c) \in Sends THEN Message(c) ELSE NoValue)
    ELSE NoResponse

AbsPhase(c) ==
    IF At(c, "idle") THEN "idle"
    ELSE IF IsDecided(c) THEN "decided"
    ELSE IF Capacity = 0 /\ (thread[c].waiter \/ announced = c) THEN "waiting"
    ELSE IF thread[c].waiter /\ Op(c) \in Receives THEN "inside"
    \* Who has the lock and finds the receiver free is inside: nobody can come between.
    ELSE IF At(c, "locked") /\ Op(c) \in Receives /\ core.inside = NoOne /\ "rx" \in Living THEN "inside"
    ELSE "called"

AbsPending == [c \in Callers |-> [call |-> thread[c].call, phase |-> AbsPhase(c), response |-> AbsResponse(c)]]

AbsQueue ==
    IF Capacity # 0 \/ "rx" \notin Living THEN <<>>
    ELSE LET line == IF announced # NoOne /\ Op(announced) \in Sends
                     THEN Append(core.putters, announced) ELSE core.putters
         IN  SelectSeq(line, LAMBDA c : ~IsDecided(c))

Abs == INSTANCE Channel WITH
    buffer <- IF "rx" \in Living THEN core.buffer ELSE <<>>,
    senders <- Living \ {"rx"},
    receiver <- "rx" \in Living,
    queue <- AbsQueue,
    pending <- AbsPending,
    made <- made

(* A rendezvous that times out at its first look does in one step what are two in Channel: it waits, and it   *)
(* gives up.  So the first one is done here, in words only; nobody else moves in between.                     *)
Announce(c) ==
    /\ Capacity = 0
    /\ announced = NoOne
    /\ At(c, "locked") /\ Op(c) \in Timed /\ ~thread[c].waiter
    /\ AbsPhase(c) # "decided"
    /\ LookAt(CloseAll(core, deferred), c).word = "WAIT"
    /\ announced' = c
    /\ UNCHANGED <<lock, deferred, core, thread, made, doomed>>

Step(c) ==
    \/ Announce(c)
    \/ /\ announced \in {NoOne, c}
       /\ Body(c)
       /\ announced' = NoOne
    \/ /\ announced = NoOne
       /\ \/ Acquire(c) \/ Defer(c) \/ WriteDown(c) \/ Release(c) \/ LookAround(c) \/ Settle(c) \/ Apply(c)
          \/ Unlock(c) \/ Awake(c) \/ TimeUp(c) \/ Leave(c)
       /\ UNCHANGED announced

MutexNext ==
    \/ \E c \in Callers : Step(c)
    \/ /\ announced = NoOne
       /\ \E c \in Callers : Start(c) \/ Nudge(c)
       /\ UNCHANGED announced

MutexSafe == MutexInit /\ [][MutexNext]_mutexVars

-----------------------------------------------------------------------------
(* Refinement: every step of the algorithm is a step of Channel, or one that nobody outside can see. *)
Refines == Abs!Safe

(* Deadlock freedom: when nobody can go on, those who sleep are those who may (contract 18, 20, 29). *)
CanGoOn(c) ==
    CASE At(c, "idle") -> FALSE
      [] At(c, "sleep") -> core.gate[c] \/ Op(c) \in Timed
      [] At(c, "called") -> lock = NoOne \/ Op(c) = "drop"
      [] OTHER -> TRUE
NobodyIsForgotten == (\A c \in Callers : ~CanGoOn(c)) => (\A c \in Callers : Abs!MayStandStill(c))

(* What the lock governs is in order whenever the lock is free. *)
CoreInOrder == lock = NoOne =>
    /\ \A line \in {"putters", "takers"} : \A i, j \in 1..Len(core[line]) : core[line][i] = core[line][j] => i = j
    /\ Len(core.takers) <= 1
    /\ core.takers # <<>> => core.inside = core.takers[1]
    /\ Capacity = 0 => core.buffer = <<>> /\ (core.putters = <<>> \/ core.takers = <<>>)
    /\ "rx" \notin core.open => core.buffer = <<>> /\ core.putters = <<>>

(* Liveness.  Every thread gets the processor again and again: weak fairness of its steps...  *)
Weak == \A c \in Callers : WF_mutexVars(Step(c))
(* ... which is not enough once sleepers wake for no reason: a thread that is nudged, looks and sleeps again, *)
(* for ever, takes the lock infinitely often, and weak fairness lets another one lose the race for it each    *)
(* time.  Strong fairness of taking the lock says that a lock that is free again and again is got in the end.*)
(* And that time passes for who is nudged again and again: a deadline is fixed once (contract 39).             *)
Quietly(A) == A /\ announced = NoOne /\ UNCHANGED announced
Strong == \A c \in Callers :
    /\ WF_mutexVars(Step(c))
    /\ SF_mutexVars(Quietly(Acquire(c)))
    /\ SF_mutexVars(Quietly(TimeUp(c)))

WeakSpec == MutexSafe /\ Weak
StrongSpec == MutexSafe /\ Strong
MutexLive == Abs!Live
=============================================================================
