//! Whatever is written, the answer is a value or an error, and always the same one.

use jsonata::Limits;
use proptest::prelude::*;

use crate::{evaluate_with, shown};

const INPUT: &str =
    r#"{"a":{"b":[{"c":1,"d":"x"},{"c":2,"e":[1,2]}],"n":5,"s":"hello"},"l":[3,1,2]}"#;

const PIECES: [&str; 64] = [
    "$states.input.a",
    "$states.input.a.b",
    "$states.input.l",
    "$states",
    ".",
    ".c",
    ".*",
    ".**",
    ".%",
    "@$v",
    "#$i",
    "[0]",
    "[-1]",
    "[]",
    "[c>1]",
    "^(c)",
    "^(>$)",
    "{",
    "}",
    "{'k':",
    ":",
    "(",
    ")",
    "[",
    "]",
    "..",
    ",",
    ";",
    "?",
    " ? ",
    " : ",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "=",
    "!=",
    "<",
    ">=",
    " and ",
    " or ",
    " in ",
    ":=",
    "~>",
    "|",
    "$",
    "$$",
    "$v",
    "$i",
    "1",
    "2.5",
    "'x'",
    "true",
    "null",
    "/a(b)?/",
    "function($v){",
    "$map(",
    "$sum(",
    "$string",
    "$match(",
    "$replace(",
    "$formatNumber(",
];

fn check_same_twice(source: &str) -> Result<(), TestCaseError> {
    let limits = Limits { steps: 100_000, ..Limits::AWS };
    let first = shown(evaluate_with(source, INPUT, limits));
    let second = shown(evaluate_with(source, INPUT, limits));
    prop_assert_eq!(first, second, "{}", source);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn pieces_of_the_language_in_any_order_end_in_an_answer(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..14)
    ) {
        check_same_twice(&pieces.concat())?;
    }

    #[test]
    fn any_text_ends_in_an_answer(text in "\\PC{0,40}") {
        check_same_twice(&text)?;
    }

    #[test]
    fn any_picture_ends_in_an_answer(picture in "[\\[\\]YMDdFWwXxHhPmsfZzCENnoIiAa019#,.;:*%e‰-]{0,12}") {
        let picture = picture.replace('\'', "");
        for function in ["$fromMillis(1521801216617,", "$formatNumber(-1234.5,", "$formatInteger(1234,"] {
            check_same_twice(&format!("{function} '{picture}')"))?;
        }
        check_same_twice(&format!("$toMillis($fromMillis(1521801216617, '{picture}'), '{picture}')"))?;
        check_same_twice(&format!("$parseInteger('12', '{picture}')"))?;
    }

    #[test]
    fn any_regular_expression_ends_in_an_answer(pattern in "[()\\[\\]{}|?*+.^$\\\\dwsbBux0-9a-c,:<!=-]{1,12}") {
        check_same_twice(&format!("[$match('abc 012 abc', /{pattern}/).match, $split('a0b', /{pattern}/)]"))?;
    }
}
