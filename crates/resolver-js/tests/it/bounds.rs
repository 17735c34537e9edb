//! Code that wants too much.

use crate::message;

#[test]
fn long_loops_are_cut() {
    let body = "const a = Array.from({ length: 100000 }); let n = 0;
        for (const x of a) { for (const y of a) { n = n + 1; } } return n";
    assert_eq!(message(body), "code.js: The code took too long and was stopped.");
}

#[test]
fn memory_is_bounded() {
    let body = "const a = []; for (const x of Array(1000000).fill(1)) { a.push(`${x}`.padEnd(1000)); } return a.length";
    assert_eq!(message(body), "code.js: The code took too much memory and was stopped.");
}
