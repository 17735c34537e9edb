//! Reads from what a test program printed how many tests passed and failed.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
}

/// `test result: ok. 18 passed; 0 failed; …`, once for each test binary.
pub(super) fn of_cargo(text: &str) -> Tally {
    let results = text.lines().filter(|line| line.starts_with("test result: "));
    results.fold(Tally::default(), |tally, line| Tally {
        passed: tally.passed + number_before(line, "passed"),
        failed: tally.failed + number_before(line, "failed"),
    })
}

/// `2 failed, 12 passed, 1 error in 3.21s`, last of all.
pub(super) fn of_pytest(text: &str) -> Tally {
    let summary = text.lines().rev().find(|line| line.contains(" in ")).unwrap_or_default();
    let errors = number_before(summary, "error") + number_before(summary, "errors");
    Tally {
        passed: number_before(summary, "passed"),
        failed: number_before(summary, "failed") + errors,
    }
}

/// `# pass 3` and `# fail 0`, as node's TAP reporter ends.
pub(super) fn of_node(text: &str) -> Tally {
    let count = |start| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(start));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
    };
    Tally { passed: count("# pass "), failed: count("# fail ") }
}

/// What corpus tests say of themselves: `375 of 375 cases pass`, or that they were skipped.
pub(super) fn notes(text: &str) -> Vec<String> {
    let says_much = |line: &&str| {
        let mut words = line.split(' ');
        let counts = words.next().is_some_and(|word| word.parse::<usize>().is_ok());
        (counts && words.next() == Some("of")) || line.starts_with("skipped: ")
    };
    let mut notes: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(says_much) {
        if !notes.iter().any(|note| note == line) {
            notes.push(line.to_owned());
        }
    }
    notes
}

/// The part of a test program's words that is about what went wrong.
pub(super) fn trouble(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut in_successes = false;
    for line in text.lines() {
        if line == "successes:" {
            in_successes = true;
        } else if line == "failures:" || line.starts_with("test result: ") {
            in_successes = false;
        }
        let is_well = line.ends_with(" ... ok") || line.starts_with("test result: ok");
        let is_second_blank = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !in_successes && !is_well && !is_second_blank && !line.starts_with("running ") {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> =
        line.split([' ', ';', ',', '=']).filter(|word| !word.is_empty()).collect();
    let place = words.iter().position(|found| *found == word);
    let number = place.and_then(|place| words.get(place.checked_sub(1)?));
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_the_binaries_of_cargo() {
        let text = "running 2 tests\ntest result: ok. 18 passed; 0 failed; 0 ignored; 0 measured\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored\n";
        assert_eq!(of_cargo(text), Tally { passed: 21, failed: 2 });
    }

    #[test]
    fn shows_what_went_wrong_and_not_what_went_well() {
        let text = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nsuccesses:\n\n\
                    ---- a stdout ----\n3 of 3 cases pass\n\nfailures:\n\n---- b stdout ----\nodd\n\n\
                    test result: FAILED. 1 passed; 1 failed\nrunning 1 test\ntest c ... ok\n";
        assert_eq!(
            trouble(text),
            "test b ... FAILED\n\nfailures:\n\n---- b stdout ----\nodd\n\n\
             test result: FAILED. 1 passed; 1 failed"
        );
    }

    #[test]
    fn reads_the_summary_of_pytest() {
        let tally = |text| {
            let Tally { passed, failed } = of_pytest(text);
            (passed, failed)
        };
        assert_eq!(tally("....\n12 passed in 3.21s\n"), (12, 0));
        assert_eq!(tally("=== 2 failed, 12 passed, 1 error in 3.21s ===\n"), (12, 3));
    }

    #[test]
    fn reads_the_summary_of_node() {
        assert_eq!(
            of_node("ok 1 - a\n# tests 4\n# pass 3\n# fail 1\n"),
            Tally { passed: 3, failed: 1 }
        );
    }

    #[test]
    fn repeats_what_corpus_tests_say() {
        let text =
            "---- a stdout ----\n1045 of 1050 cases pass\n\nskipped: x is not there\nok 3 of 4\n";
        assert_eq!(notes(text), ["1045 of 1050 cases pass", "skipped: x is not there"]);
    }
}
