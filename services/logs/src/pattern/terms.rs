//! Terms of unstructured messages: wanted, `-unwanted`, or `?one` of several; quoted, or `%expressions%`.

use regex::Regex;

use super::Invalid;
use super::scan::Scanner;

#[derive(Debug, Default)]
pub(crate) struct Terms {
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
    choices: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Terms {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        let mut terms = Terms::default();
        let mut scanner = Scanner::new(text);
        loop {
            scanner.skip_blank();
            if scanner.is_at_end() {
                return Ok(terms);
            }
            if scanner.take("?") {
                terms.choices.push(term(&mut scanner)?);
            } else if scanner.take("-") {
                terms.unwanted.push(term(&mut scanner)?);
            } else {
                terms.wanted.push(term(&mut scanner)?);
            }
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let is_there = |term: &Term| match term {
            Term::Text(text) => message.contains(text),
            Term::Regex(regex) => regex.is_match(message),
        };
        // Beside wanted or unwanted terms the choices count for nothing (the page that the module names).
        let chooses = self.wanted.is_empty() && self.unwanted.is_empty();
        self.wanted.iter().all(is_there)
            && !self.unwanted.iter().any(is_there)
            && (!chooses || self.choices.iter().any(is_there))
    }
}

fn term(scanner: &mut Scanner<'_>) -> Result<Term, Invalid> {
    match scanner.peek() {
        Some('"') => scanner.quoted('"').map(Term::Text),
        Some('%') => scanner.regex().map(Term::Regex),
        _ => match scanner.word(|letter| !letter.is_whitespace()) {
            "" => Err(Invalid),
            word => Ok(Term::Text(word.to_owned())),
        },
    }
}
