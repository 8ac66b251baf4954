//! What the real channel does: runs small programs on std::sync::mpsc many times, and prints every outcome that it saw.
//!
//!     rustc --edition 2021 -O benchmarks/rust_outcomes/outcomes.rs -o /tmp/outcomes
//!     cd benchmarks/rust_outcomes && /tmp/outcomes 20000 < programs.txt > outcomes.json
//!
//! The programs are those of duckrace/checks/_small_programs.py, and so are the words for what a call came to. A handle
//! that a thread still has at its end lives until the run is over. A call that has not returned after PATIENCE blocks;
//! such runs take long, so that a program has HUNG of them at most.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hint::spin_loop;
use std::io::{self, BufRead};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender, TryRecvError, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_millis(300);
const HUNG: u32 = 100;

#[derive(Clone)]
enum Tx {
    Unbounded(Sender<u32>),
    Bounded(SyncSender<u32>),
}

enum Handle {
    Tx(Tx),
    Rx(Receiver<u32>),
}

type Step = Vec<String>;
type Program = Vec<Vec<Step>>;
type Answers = Vec<Vec<String>>;

fn sends(tx: &Tx, value: u32) -> String {
    let sent = match tx {
        Tx::Unbounded(tx) => tx.send(value),
        Tx::Bounded(tx) => tx.send(value),
    };
    match sent {
        Ok(()) => "Ok".into(),
        Err(error) => format!("Disconnected({})", error.0),
    }
}

fn tries_to_send(tx: &Tx, value: u32) -> String {
    let Tx::Bounded(tx) = tx else { panic!("a Sender has no try_send") };
    match tx.try_send(value) {
        Ok(()) => "Ok".into(),
        Err(TrySendError::Full(value)) => format!("Full({value})"),
        Err(TrySendError::Disconnected(value)) => format!("Disconnected({value})"),
    }
}

/// Make one call on the handles of the thread.
fn call(step: &Step, handles: &mut HashMap<String, Handle>) -> String {
    let on = if step.len() > 1 { step[1].as_str() } else { "rx" };
    match (step[0].as_str(), handles.get(on).expect("the thread has no such handle")) {
        ("send", Handle::Tx(tx)) => sends(tx, step[2].parse().unwrap()),
        ("try_send", Handle::Tx(tx)) => tries_to_send(tx, step[2].parse().unwrap()),
        ("clone", Handle::Tx(tx)) => {
            let made = tx.clone();
            handles.insert(step[2].clone(), Handle::Tx(made));
            format!("Ok({})", step[2])
        }
        ("recv", Handle::Rx(rx)) => match rx.recv() {
            Ok(value) => format!("Ok({value})"),
            Err(_) => "Disconnected".into(),
        },
        ("try_recv", Handle::Rx(rx)) => match rx.try_recv() {
            Ok(value) => format!("Ok({value})"),
            Err(TryRecvError::Empty) => "Empty".into(),
            Err(TryRecvError::Disconnected) => "Disconnected".into(),
        },
        ("drop", _) => {
            drop(handles.remove(on));
            "Ok".into()
        }
        (operation, _) => panic!("{operation} on {on}?"),
    }
}

/// The handles of each thread; what no thread uses stays with the last entry.
fn hand_out(capacity: Option<usize>, program: &Program) -> Vec<HashMap<String, Handle>> {
    let cloned: BTreeSet<&str> =
        program.iter().flatten().filter(|s| s[0] == "clone").map(|s| s[2].as_str()).collect();
    let (tx, rx) = match capacity {
        None => {
            let (tx, rx) = channel();
            (Tx::Unbounded(tx), rx)
        }
        Some(bound) => {
            let (tx, rx) = sync_channel(bound);
            (Tx::Bounded(tx), rx)
        }
    };
    let mut rx = Some(rx);
    let mut given: Vec<HashMap<String, Handle>> = Vec::new();
    let names: Vec<BTreeSet<&str>> = program
        .iter()
        .map(|steps| steps.iter().map(|s| if s.len() > 1 { s[1].as_str() } else { "rx" }).collect())
        .collect();
    for own in &names {
        let mut handles = HashMap::new();
        for name in own.iter().filter(|name| !cloned.contains(**name)) {
            let handle = match *name {
                "rx" => Handle::Rx(rx.take().expect("one thread receives")),
                _ => Handle::Tx(tx.clone()),
            };
            handles.insert(name.to_string(), handle);
        }
        given.push(handles);
    }
    let mut rest = HashMap::new();
    if let Some(rx) = rx {
        rest.insert("rx".to_string(), Handle::Rx(rx));
    }
    if names.iter().flatten().all(|name| *name == "rx") {
        rest.insert("tx1".to_string(), Handle::Tx(tx)); // nobody sends, and there is a sender all the same
    }
    given.push(rest);
    given
}

/// Run a program once; says whether it hung.
fn run(capacity: Option<usize>, program: &Arc<Program>, delays: &[u32]) -> (Answers, bool) {
    let threads = program.len();
    let mut given = hand_out(capacity, program);
    let rest = given.pop().unwrap();
    let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(vec![Vec::new(); threads]));
    let kept: Arc<Mutex<Vec<HashMap<String, Handle>>>> = Arc::new(Mutex::new(vec![rest]));
    let ready = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicUsize::new(0));
    let mut joins = Vec::new();
    for (number, mut handles) in given.into_iter().enumerate() {
        let (program, answers, kept) = (program.clone(), answers.clone(), kept.clone());
        let (ready, done, delay) = (ready.clone(), done.clone(), delays[number]);
        joins.push(thread::spawn(move || {
            ready.fetch_add(1, Ordering::SeqCst);
            while ready.load(Ordering::SeqCst) < program.len() {
                thread::yield_now();
            }
            for _ in 0..delay {
                spin_loop();
            }
            for step in &program[number] {
                let answer = call(step, &mut handles);
                answers.lock().unwrap()[number].push(answer);
            }
            kept.lock().unwrap().push(handles);
            done.fetch_add(1, Ordering::SeqCst);
        }));
    }
    let started = Instant::now();
    let mut seen = (0, started);
    while done.load(Ordering::SeqCst) < threads {
        let made = answers.lock().unwrap().iter().map(Vec::len).sum();
        if made != seen.0 {
            seen = (made, Instant::now());
        }
        if seen.1.elapsed() > PATIENCE {
            break;
        }
        if started.elapsed() > Duration::from_micros(200) {
            thread::sleep(Duration::from_micros(100));
        } else {
            thread::yield_now();
        }
    }
    let hung = done.load(Ordering::SeqCst) < threads;
    let mut outcome = answers.lock().unwrap().clone();
    for (steps, given) in program.iter().zip(outcome.iter_mut()) {
        if given.len() < steps.len() {
            given.push("blocks".into());
        }
    }
    // Whoever is blocked is told now that the others are gone; what it then does is no part of the run.
    let deadline = Instant::now() + Duration::from_secs(5);
    while done.load(Ordering::SeqCst) < threads && Instant::now() < deadline {
        kept.lock().unwrap().clear();
        thread::sleep(Duration::from_millis(1));
    }
    if done.load(Ordering::SeqCst) == threads {
        for join in joins {
            join.join().expect("a thread died");
        }
    }
    (outcome, hung)
}

fn parsed(text: &str) -> (Option<usize>, Program) {
    let mut parts = text.split('|').map(str::trim);
    let capacity = parts.next().unwrap();
    let words = |step: &str| step.split_whitespace().map(String::from).collect();
    let program = parts.map(|thread| thread.split(',').map(words).collect()).collect();
    (capacity.parse().ok(), program)
}

fn as_json(step: &Step) -> String {
    let number = |word: &String| word.parse::<u32>().is_ok();
    let words: Vec<String> =
        step.iter().map(|word| if number(word) { word.clone() } else { format!("{word:?}") }).collect();
    format!("[{}]", words.join(", "))
}

fn list<T>(parts: &[T], shown: impl Fn(&T) -> String) -> String {
    format!("[{}]", parts.iter().map(shown).collect::<Vec<_>>().join(", "))
}

fn main() {
    let runs: u32 = std::env::args().nth(1).expect("how many runs of each program?").parse().unwrap();
    let mut chance: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut found: Vec<String> = Vec::new();
    for line in io::stdin().lock().lines().map(Result::unwrap) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (capacity, program) = parsed(&line);
        let program = Arc::new(program);
        let mut seen: BTreeMap<Answers, u32> = BTreeMap::new();
        let (mut made, mut hung) = (0, 0);
        while made < runs && hung < HUNG {
            let delays: Vec<u32> = (0..program.len())
                .map(|_| {
                    chance ^= chance << 13;
                    chance ^= chance >> 7;
                    chance ^= chance << 17;
                    if chance % 3 == 0 { (chance >> 32) as u32 % 4_000 } else { (chance >> 32) as u32 % 150 }
                })
                .collect();
            let (outcome, hangs) = run(capacity, &program, &delays);
            *seen.entry(outcome).or_insert(0) += 1;
            made += 1;
            hung += hangs as u32;
        }
        let outcomes: Vec<(&Answers, &u32)> = seen.iter().collect();
        let text = |words: &Vec<String>| list(words, |word| format!("{word:?}"));
        found.push(format!(
            "  {{\n    \"capacity\": {},\n    \"threads\": {},\n    \"runs\": {made},\n    \"outcomes\": [\n{}\n    ]\n  }}",
            capacity.map_or("null".into(), |bound| bound.to_string()),
            list(&program, |steps| list(steps, as_json)),
            outcomes
                .iter()
                .map(|(answers, times)| format!("      [{}, {times}]", list(answers, text)))
                .collect::<Vec<_>>()
                .join(",\n"),
        ));
        eprintln!("{line}: {} outcomes in {made} runs", seen.len());
    }
    println!("[\n{}\n]", found.join(",\n"));
}
