-------------------------------- MODULE Traces --------------------------------
(* Generated: what TraceChannel reads.  The file in the folder of the specs is "trace/rendezvous" of traces.toml. *)
EXTENDS ChannelWords

(* Who calls, in any of the traces. *)
Names == {"c1", "c2", "c3"}

(* All that happens in any of them, once each. *)
Happened == <<
    [kind |-> "call", caller |-> "c1", call |-> CallOf("send", "h1", "m1"), response |-> NoResponse],
    [kind |-> "stop", caller |-> "", call |-> NoCall, response |-> NoResponse],
    [kind |-> "call", caller |-> "c2", call |-> CallOf("recv", "rx", ""), response |-> NoResponse],
    [kind |-> "return", caller |-> "c2", call |-> NoCall, response |-> Response("Ok", "m1")],
    [kind |-> "return", caller |-> "c1", call |-> NoCall, response |-> Response("Ok", "")],
    [kind |-> "call", caller |-> "c1", call |-> CallOf("send_timeout", "h1", "m2"), response |-> NoResponse],
    [kind |-> "return", caller |-> "c1", call |-> NoCall, response |-> Response("Timeout", "m2")],
    [kind |-> "call", caller |-> "c2", call |-> CallOf("try_recv", "rx", ""), response |-> NoResponse],
    [kind |-> "return", caller |-> "c2", call |-> NoCall, response |-> Response("Empty", "")],
    [kind |-> "call", caller |-> "c3", call |-> CallOf("recv", "rx", ""), response |-> NoResponse],
    [kind |-> "return", caller |-> "c3", call |-> NoCall, response |-> Response("ConcurrentReceive", "")],
    [kind |-> "call", caller |-> "c1", call |-> CallOf("try_send", "h1", "m3"), response |-> NoResponse],
    [kind |-> "return", caller |-> "c2", call |-> NoCall, response |-> Response("Ok", "m3")]>>

(* The traces: the sender handles that there are at the beginning, and the events, by their place in Happened. *)
Traces == <<
    [senders |-> {"h1"}, events |-> <<1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 10, 11, 2, 12, 5, 13, 2>>]>>
=============================================================================
