// porcupine on the histories of benchmarks/jepsen.py, benchmarks/linear_search.py and benchmarks/queue_histories.py.
//
//	porcupine jepsen|queue REPEAT TIMEOUT FILE...
//
// For each file a line: path, verdict (Ok, Illegal, Unknown) and the best time of REPEAT decisions in seconds. TIMEOUT
// is in seconds, for each decision; a file that ran into it is not tried again.
package main

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	nothing = -1 << 40 // a register without a value; a take that found nothing
	enough  = 1_000_000
)

type call struct {
	name     string
	from, to int
}

type answer struct {
	value   int
	unknown bool
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// The register of etcd. A call that timed out takes effect at the end at the latest, whatever it answered.
var register = porcupine.Model{
	Init: func() interface{} { return nothing },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held, in, out := state.(int), input.(call), output.(answer)
		switch in.name {
		case "read":
			return out.unknown || out.value == held, held
		case "write":
			return true, in.from
		}
		done := held == in.from
		if done {
			held = in.to
		}
		return out.unknown || out.value == flag(done), held
	},
}

// An unbounded FIFO queue. A state is the queue as text, which compares and hashes fast.
var queue = porcupine.Model{
	Init: func() interface{} { return "" },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held, in, out := state.(string), input.(call), output.(answer)
		if in.name == "put" {
			return true, held + strconv.Itoa(in.from) + ","
		}
		if held == "" {
			return out.value == nothing, held
		}
		first, rest, _ := strings.Cut(held, ",")
		return first == strconv.Itoa(out.value), rest
	},
	Hash: func(state interface{}) uint64 {
		h := fnv.New64a()
		h.Write([]byte(state.(string)))
		return h.Sum64()
	},
}

var jepsenLine = regexp.MustCompile(`^INFO\s+jepsen\.util - (\d+)\s+:(\w+)\s+:(\w+)\s+(.+)$`)

func number(text string) int {
	if text == "nil" {
		return nothing
	}
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func readJepsen(lines []string) []porcupine.Event {
	events := []porcupine.Event{}
	inside := map[int]int{}
	next := 0
	for _, line := range lines {
		found := jepsenLine.FindStringSubmatch(line)
		if found == nil {
			panic("not a line of Jepsen: " + line)
		}
		process, kind, name, text := number(found[1]), found[2], found[3], strings.TrimSpace(found[4])
		if kind == "invoke" {
			in := call{name: name}
			if name != "read" {
				words := strings.Fields(strings.Trim(text, "[]"))
				in.from = number(words[0])
				in.to = number(words[len(words)-1])
			}
			inside[process] = next
			events = append(events, porcupine.Event{ClientId: process, Kind: porcupine.CallEvent, Value: in, Id: next})
			next++
			continue
		}
		out := answer{}
		switch {
		case kind == "info":
			continue // stays inside
		case kind == "fail" && name == "read":
			out.unknown = true
		case name == "read":
			out.value = number(text)
		case name == "cas":
			out.value = flag(kind == "ok")
		}
		events = append(events, porcupine.Event{ClientId: process, Kind: porcupine.ReturnEvent, Value: out, Id: inside[process]})
		delete(inside, process)
	}
	for process, id := range inside {
		events = append(events, porcupine.Event{ClientId: process, Kind: porcupine.ReturnEvent, Value: answer{unknown: true}, Id: id})
	}
	return events
}

// Lines are `PROCESS call put VALUE`, `PROCESS call take`, `PROCESS return [VALUE]`, in order.
func readQueue(lines []string) []porcupine.Event {
	events := []porcupine.Event{}
	inside := map[int]int{}
	for next, line := range lines {
		words := strings.Fields(line)
		process := number(words[0])
		if words[1] == "call" {
			in := call{name: words[2]}
			if len(words) > 3 {
				in.from = number(words[3])
			}
			inside[process] = next
			events = append(events, porcupine.Event{ClientId: process, Kind: porcupine.CallEvent, Value: in, Id: next})
			continue
		}
		out := answer{value: nothing}
		if len(words) > 2 {
			out.value = number(words[2])
		}
		events = append(events, porcupine.Event{ClientId: process, Kind: porcupine.ReturnEvent, Value: out, Id: inside[process]})
	}
	return events
}

func decide(kind, path string, repeat int, timeout time.Duration) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	lines := []string{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	model, events := queue, []porcupine.Event{}
	if kind == "jepsen" {
		model, events = register, readJepsen(lines)
	} else {
		events = readQueue(lines)
	}
	best := time.Duration(enough) * time.Second
	var verdict porcupine.CheckResult
	for range repeat {
		started := time.Now()
		verdict = porcupine.CheckEventsTimeout(model, events, timeout)
		best = min(best, time.Since(started))
		if verdict == porcupine.Unknown {
			break
		}
	}
	fmt.Printf("%s\t%s\t%.9f\n", path, verdict, best.Seconds())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	kind := os.Args[1]
	repeat, err := strconv.Atoi(os.Args[2])
	check(err)
	timeout, err := strconv.ParseFloat(os.Args[3], 64)
	check(err)
	for _, path := range os.Args[4:] {
		decide(kind, path, repeat, time.Duration(timeout*float64(time.Second)))
	}
}
