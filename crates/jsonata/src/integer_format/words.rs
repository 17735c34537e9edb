//! Numbers as English words.

use std::sync::LazyLock;

use regex::Regex;

const FEW: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];

const ORDINALS: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];

const DECADES: [&str; 8] =
    ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];

const MAGNITUDES: [(f64, &str); 4] =
    [(1e12, "Trillion"), (1e9, "Billion"), (1e6, "Million"), (1e3, "Thousand")];

pub(super) fn spelled(value: f64, ordinal: bool) -> String {
    let mut text = String::new();
    spell(value, false, ordinal, &mut text);
    text
}

/// `follows`: a greater number stands before.
fn spell(value: f64, follows: bool, ordinal: bool, text: &mut String) {
    if value < 100.0 {
        text.push_str(if follows { " and " } else { "" });
        return spell_below_hundred(value as usize, ordinal, text);
    }
    text.push_str(if follows { ", " } else { "" });
    let rest = if value < 1000.0 {
        text.push_str(FEW[(value / 100.0) as usize]);
        text.push_str(" Hundred");
        value % 100.0
    } else {
        let (worth, name) = MAGNITUDES
            .into_iter()
            .find(|(worth, _)| *worth <= value)
            .expect("a thousand is the least");
        spell((value / worth).floor(), false, false, text);
        text.push(' ');
        text.push_str(name);
        value % worth
    };
    if 0.0 < rest {
        spell(rest, true, ordinal, text);
    } else if ordinal {
        text.push_str("th");
    }
}

fn spell_below_hundred(value: usize, ordinal: bool, text: &mut String) {
    let small = if ordinal { ORDINALS } else { FEW };
    if value < small.len() {
        text.push_str(small[value]);
        return;
    }
    let decade = DECADES[value / 10 - 2];
    match value % 10 {
        0 if ordinal => {
            text.push_str(decade.trim_end_matches('y'));
            text.push_str("ieth");
        }
        0 => text.push_str(decade),
        unit => {
            text.push_str(decade);
            text.push('-');
            text.push_str(small[unit]);
        }
    }
}

static BETWEEN_WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r",\s|\sand\s|[\s\\-]").expect("a pattern of ours is well-formed"));

/// All words with what they are worth, in lower case.
fn vocabulary() -> Vec<(String, f64)> {
    let mut words = Vec::new();
    for (worth, (few, ordinal)) in FEW.iter().zip(ORDINALS).enumerate() {
        words.push((few.to_lowercase(), worth as f64));
        words.push((ordinal.to_lowercase(), worth as f64));
    }
    for (place, decade) in DECADES.iter().enumerate() {
        let worth = (place + 2) as f64 * 10.0;
        let decade = decade.to_lowercase();
        words.push((format!("{}ieth", decade.trim_end_matches('y')), worth));
        words.push((decade, worth));
    }
    let magnitudes = MAGNITUDES.into_iter().chain([(100.0, "Hundred")]);
    for (worth, name) in magnitudes {
        words.push((name.to_lowercase(), worth));
        words.push((format!("{}th", name.to_lowercase()), worth));
    }
    words
}

pub(super) fn read(text: &str) -> f64 {
    let vocabulary = vocabulary();
    let mut segments = vec![0.0];
    for word in BETWEEN_WORDS.split(text) {
        let Some((_, worth)) = vocabulary.iter().find(|(known, _)| known == word) else {
            return f64::NAN;
        };
        let top = segments.pop().unwrap_or(0.0);
        if 100.0 <= *worth {
            segments.push(top * worth);
        } else if 1000.0 <= top {
            segments.push(top);
            segments.push(*worth);
        } else {
            segments.push(top + worth);
        }
    }
    segments.into_iter().sum()
}

pub(super) fn regex() -> String {
    let mut words: Vec<String> = vocabulary().into_iter().map(|(word, _)| word).collect();
    // The longest first: `six` must not end `sixty`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    format!("(?:{}|and|[-, ])+", words.join("|"))
}
