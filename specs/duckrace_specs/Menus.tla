-------------------------------- MODULE Menus --------------------------------
(***************************************************************************)
(* Programs: what the callers of a configuration do.                       *)
(*                                                                         *)
(* A menu gives for each caller a sequence; its n-th element is the set of *)
(* calls from which the caller picks its n-th one.  TLC tries all choices. *)
(* Messages are named after their sender: "a1" is the first one of a.      *)
(***************************************************************************)
EXTENDS ChannelWords

S(handle, value) == CallOf("send", handle, value)
TryS(handle, value) == CallOf("try_send", handle, value)
TimedS(handle, value) == CallOf("send_timeout", handle, value)
R == CallOf("recv", "rx", "")
TryR == CallOf("try_recv", "rx", "")
TimedR == CallOf("recv_timeout", "rx", "")
Clone_(handle, new) == CallOf("clone", handle, new)
D(handle) == CallOf("drop", handle, "")

AnyS(handle, value) == {S(handle, value), TryS(handle, value), TimedS(handle, value)}
AnyR == {R, TryR, TimedR}

OneTx == {"ta"}
TwoTx == {"ta", "tb"}
ThreeTx == {"ta", "tb", "tc"}

(* One sender, two messages; the receiver takes what comes until the end. *)
Stream == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}, {D("ta")}>>,
    r |-> <<{R}, {R}, {R}>>]

(* Two senders, one message each, both drop; the receiver goes on to the end. *)
Two == [
    a |-> <<{S("ta", "a1")}, {D("ta")}>>,
    b |-> <<{S("tb", "b1")}, {D("tb")}>>,
    r |-> <<{R}, {R}, {R}>>]

(* The same with two messages each. *)
TwoTwo == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}, {D("ta")}>>,
    b |-> <<{S("tb", "b1")}, {S("tb", "b2")}, {D("tb")}>>,
    r |-> <<{R}, {R}, {R}, {R}, {R}>>]

(* Three senders. *)
Three == [
    a |-> <<{S("ta", "a1")}, {D("ta")}>>,
    b |-> <<{S("tb", "b1")}, {D("tb")}>>,
    c |-> <<{S("tc", "c1")}, {D("tc")}>>,
    r |-> <<{R}, {R}, {R}, {R}>>]

(* Every kind of send against every kind of receive, and the drops. *)
AllKinds == [
    a |-> <<AnyS("ta", "a1"), {D("ta")}>>,
    b |-> <<AnyS("tb", "b1"), {D("tb")}>>,
    r |-> <<AnyR, AnyR, {TryR}>>]

(* The same, longer: for the comparison of large graphs. *)
AllKindsTwice == [
    a |-> <<AnyS("ta", "a1"), AnyS("ta", "a2"), {D("ta")}>>,
    b |-> <<AnyS("tb", "b1"), {D("tb")}>>,
    r |-> <<AnyR, AnyR, {TryR}>>]

(* Three senders, every kind of send against every kind of receive. *)
ThreeKinds == [
    a |-> <<AnyS("ta", "a1"), {D("ta")}>>,
    b |-> <<AnyS("tb", "b1"), {D("tb")}>>,
    c |-> <<AnyS("tc", "c1"), {D("tc")}>>,
    r |-> <<AnyR, {R}>>]

(* And the receiver tries once more. *)
ThreeKindsLong == [ThreeKinds EXCEPT !.r = <<AnyR, AnyR, {TryR}>>]

(* Only send, for the channel without bound, which has no try_send and no send_timeout (contract 22). *)
AllReceives == [
    a |-> <<{S("ta", "a1")}, {D("ta")}>>,
    b |-> <<{S("tb", "b1")}, {D("tb")}>>,
    r |-> <<AnyR, AnyR, {TryR}>>]

(* The receiver goes while two senders send; a third caller drops it, perhaps under a receive. *)
Leaving == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}>>,
    b |-> <<{S("tb", "b1")}>>,
    r |-> <<{R}>>,
    x |-> <<{D("rx")}>>]

(* The same with calls that do not wait, or not for ever. *)
LeavingKinds == [
    a |-> <<AnyS("ta", "a1"), {TryS("ta", "a2")}>>,
    r |-> <<AnyR>>,
    x |-> <<{D("rx")}>>]

(* The receiver goes, after one receive perhaps, while two senders wait. *)
Closing == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}>>,
    b |-> <<{S("tb", "b1")}>>,
    r |-> <<{TimedR}, {D("rx")}>>]

(* One sender, and a receive that is patient for some time only. *)
Patient == [
    a |-> <<{S("ta", "a1")}>>,
    r |-> <<{TimedR}, {D("rx")}>>]

(* A handle is dropped while two senders wait, one of them on that handle. *)
Narrow == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}>>,
    b |-> <<{S("tb", "b1")}>>,
    r |-> <<{R}, {D("tb")}>>]

(* A clone is made and sends on after its parent was dropped: a channel ends with its last sender (47, 48). *)
Cloning == [
    a |-> <<{Clone_("ta", "tb")}, {D("ta")}, {S("tb", "a1")}, {D("tb")}>>,
    b |-> <<{S("ta", "b1"), D("ta")}>>,
    r |-> <<{R}, {R}>>]

(* A handle is dropped under a call on it, twice perhaps, and used afterwards (contract 85, 86). *)
Misuse == [
    a |-> <<{S("ta", "a1"), TimedS("ta", "a1")}, {S("ta", "a2"), D("ta")}>>,
    x |-> <<{D("ta")}, {TryS("ta", "x1"), Clone_("ta", "tc")}>>,
    r |-> <<{R}>>]

(* Three messages for a buffer of two: the third one finds it full (contract 2, 18, 22, 26). *)
Brim == [
    a |-> <<{S("ta", "a1")}, {S("ta", "a2")}, AnyS("ta", "a3")>>,
    r |-> <<{R}>>]

(* The same with two senders and every kind of send. *)
BrimKinds == [
    a |-> <<AnyS("ta", "a1"), AnyS("ta", "a2")>>,
    b |-> <<AnyS("tb", "b1")>>,
    r |-> <<{R, TimedR}>>]

(* The receiver goes, twice, beside a sender's drop, or a clone; and both are used afterwards (contract 85). *)
Gone == [
    a |-> <<{Clone_("ta", "tb"), D("ta")}, {S("ta", "a1"), Clone_("ta", "tc")}>>,
    r |-> <<{D("rx")}, {R}>>,
    x |-> <<{D("rx")}>>]

(* The same with every kind of send and receive. *)
GoneKinds == [
    a |-> <<{Clone_("ta", "tb"), D("ta")}, AnyS("ta", "a1")>>,
    r |-> <<{D("rx")}, AnyR>>,
    x |-> <<{D("rx")}>>]

(* Two callers receive at once (contract 87). *)
Crowd == [
    a |-> <<{S("ta", "a1")}, {D("ta")}>>,
    r |-> <<{R, TimedR}, {TryR}>>,
    s |-> <<{R, TryR}>>]

(* Calls that time out, against one another. *)
Impatient == [
    a |-> <<{TimedS("ta", "a1")}, {D("ta")}>>,
    b |-> <<{S("tb", "b1"), TimedS("tb", "b1")}, {D("tb")}>>,
    r |-> <<{TimedR}, {R, TimedR}>>]
=============================================================================
