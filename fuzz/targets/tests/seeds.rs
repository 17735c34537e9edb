//! Every target over its seeds, and over mutations of them that are the same in every run.
//!
//! What a process that died was busy with lies in `<target folder>/tmp/<target>.input`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, panic};

use base::Entropy;
use fuzz::Target;

/// Inputs made of the seeds of one target.
const MUTATIONS: u64 = 2_000;
/// Longer seeds are run as they are: a mutation hardly changes them, but costs.
const MUTATED_BYTES_MAX: usize = 2_000;
/// What takes longer hangs. Machines are busy and these builds slow; libFuzzer's bound is tighter.
const TIME_MAX: Duration = Duration::from_secs(10);

const SHOWN_BYTES_MAX: usize = 500;

#[test]
fn definition() {
    run(fuzz::DEFINITION);
}

#[test]
fn engine() {
    run(fuzz::ENGINE);
}

#[test]
fn event_decode() {
    run(fuzz::EVENT_DECODE);
}

#[test]
fn frames() {
    run(fuzz::FRAMES);
}

#[test]
fn graphql() {
    run(fuzz::GRAPHQL);
}

#[test]
fn json() {
    run(fuzz::JSON);
}

#[test]
fn jsonata() {
    run(fuzz::JSONATA);
}

#[test]
fn path() {
    run(fuzz::PATH);
}

#[test]
fn program() {
    run(fuzz::PROGRAM);
}

#[test]
fn template() {
    run(fuzz::TEMPLATE);
}

#[test]
fn wire() {
    run(fuzz::WIRE);
}

#[test]
fn every_target_is_given_to_libfuzzer_too() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz_targets");
    let mut names: Vec<String> = files(&sources)
        .iter()
        .map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, fuzz::ALL.map(|target| target.name));
}

fn run(target: Target) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let seeds: Vec<Vec<u8>> =
        files(&folder).iter().map(|path| fs::read(path).expect("a seed can be read")).collect();
    assert!(10 <= seeds.len(), "{} has {} seeds", target.name, seeds.len());
    let runner = Runner::new(target);
    seeds.iter().for_each(|seed| runner.run(seed));
    let short: Vec<&Vec<u8>> =
        seeds.iter().filter(|seed| seed.len() <= MUTATED_BYTES_MAX).collect();
    let mut mutator = Mutator(Entropy::from_number(MUTATIONS));
    for _ in 0..MUTATIONS {
        runner.run(&mutator.mutation(&short));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    files
}

struct Runner {
    target: Target,
    /// Holds the input that is being run: a stack that overflows leaves no other trace.
    trace: PathBuf,
}

impl Runner {
    fn new(target: Target) -> Self {
        let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.input", target.name));
        Runner { target, trace }
    }

    fn run(&self, input: &[u8]) {
        fs::write(&self.trace, input).expect("the input can be kept");
        let started = now();
        let held = panic::catch_unwind(|| (self.target.run)(input)).is_ok();
        let shown = input[..input.len().min(SHOWN_BYTES_MAX)].escape_ascii();
        assert!(held, "{} holds the input, which begins: {shown}", self.trace.display());
        let took = now() - started;
        assert!(took < TIME_MAX, "{} took {took:?}", self.trace.display());
    }
}

#[expect(clippy::disallowed_methods, reason = "a hang shows on no other clock")]
fn now() -> Instant {
    Instant::now()
}

struct Mutator(Entropy);

impl Mutator {
    /// A seed with a few changes, most of them bits of other seeds.
    fn mutation(&mut self, seeds: &[&Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(seeds).to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len() + 1);
            let end = (place + self.length()).min(bytes.len());
            match self.below(6) {
                0 => drop(bytes.drain(place..end)),
                1 => bytes.truncate(place),
                2 => bytes.insert(place, self.below(256) as u8),
                3 if place < bytes.len() => bytes[place] ^= 1 << self.below(8),
                4 => {
                    let repeated = bytes[place..end].repeat(1 + self.below(40));
                    bytes.splice(place..place, repeated);
                }
                _ => {
                    let donor = self.pick(seeds);
                    let from = self.below(donor.len() + 1);
                    let to = (from + self.length()).min(donor.len());
                    bytes.splice(place..end, donor[from..to].iter().copied());
                }
            }
        }
        bytes
    }

    fn pick<'s>(&mut self, seeds: &[&'s Vec<u8>]) -> &'s [u8] {
        seeds[self.below(seeds.len())]
    }

    /// Of a run of bytes: short ones more often.
    fn length(&mut self) -> usize {
        let most = 1 << self.below(7);
        self.below(most) + 1
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }
}
