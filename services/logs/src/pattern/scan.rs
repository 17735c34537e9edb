//! Reads the words of a pattern, and holds values against the right side of a comparison.

use regex::Regex;

use super::Invalid;

/// The text that is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scanner(text)
    }

    pub(super) fn skip_blank(&mut self) {
        self.0 = self.0.trim_start();
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    /// Takes `token` if it comes next, blanks aside.
    pub(super) fn take(&mut self, token: &str) -> bool {
        self.skip_blank();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Takes letters as long as they are of a word.
    pub(super) fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|letter| !belongs(letter)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    /// What stands between two marks, where a backslash keeps a mark from ending it.
    pub(super) fn quoted(&mut self, mark: char) -> Result<String, Invalid> {
        let mut letters = self.0.char_indices().skip(1);
        let mut text = String::new();
        while let Some((at, letter)) = letters.next() {
            match letter {
                _ if letter == mark => {
                    self.0 = &self.0[at + mark.len_utf8()..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, escaped)) if escaped == mark => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => return Err(Invalid),
                },
                _ => text.push(letter),
            }
        }
        Err(Invalid)
    }

    /// `%…%`
    pub(super) fn regex(&mut self) -> Result<Regex, Invalid> {
        Regex::new(&self.quoted('%')?).map_err(|_| Invalid)
    }
}

/// The right side of a comparison, with its operator.
#[derive(Debug)]
pub(crate) enum Test {
    Is(Operand),
    IsNot(Operand),
    Below(f64),
    AtMost(f64),
    Above(f64),
    AtLeast(f64),
}

#[derive(Debug)]
pub(crate) enum Operand {
    /// The texts between stars.
    Text(Vec<String>),
    Number(f64),
    Regex(Regex),
}

impl Test {
    /// Reads `= "x*"`, `>= 5`; an unquoted text ends at a blank or one of `ends`.
    pub(super) fn parse(scanner: &mut Scanner<'_>, ends: &[char]) -> Result<Self, Invalid> {
        if scanner.take("!=") {
            return Operand::parse(scanner, ends).map(Test::IsNot);
        }
        for (operator, test) in [
            ("<=", Test::AtMost as fn(f64) -> Test),
            (">=", Test::AtLeast),
            ("<", Test::Below),
            (">", Test::Above),
        ] {
            if scanner.take(operator) {
                return match Operand::parse(scanner, ends)? {
                    Operand::Number(number) => Ok(test(number)),
                    Operand::Text(_) | Operand::Regex(_) => Err(Invalid),
                };
            }
        }
        if scanner.take("=") {
            return Operand::parse(scanner, ends).map(Test::Is);
        }
        Err(Invalid)
    }

    /// Whether a value passes that is `text`, and `number` if it is one.
    pub(super) fn passes(&self, text: &str, number: Option<f64>) -> bool {
        match self {
            Test::Is(operand) => operand.is(text, number),
            Test::IsNot(operand) => !operand.is(text, number),
            Test::Below(bound) => number.is_some_and(|number| number < *bound),
            Test::AtMost(bound) => number.is_some_and(|number| number <= *bound),
            Test::Above(bound) => number.is_some_and(|number| number > *bound),
            Test::AtLeast(bound) => number.is_some_and(|number| number >= *bound),
        }
    }
}

impl Operand {
    fn parse(scanner: &mut Scanner<'_>, ends: &[char]) -> Result<Self, Invalid> {
        scanner.skip_blank();
        match scanner.peek() {
            Some('"') => Ok(Operand::text(&scanner.quoted('"')?)),
            Some('%') => scanner.regex().map(Operand::Regex),
            _ => {
                let word =
                    scanner.word(|letter| !letter.is_whitespace() && !ends.contains(&letter));
                match word.parse() {
                    _ if word.is_empty() => Err(Invalid),
                    Ok(number) => Ok(Operand::Number(number)),
                    Err(_) => Ok(Operand::text(word)),
                }
            }
        }
    }

    fn text(text: &str) -> Self {
        Operand::Text(text.split('*').map(str::to_owned).collect())
    }

    fn is(&self, text: &str, number: Option<f64>) -> bool {
        match self {
            Operand::Text(pieces) => matches_pieces(pieces, text),
            Operand::Number(wanted) => number == Some(*wanted),
            Operand::Regex(regex) => regex.is_match(text),
        }
    }
}

fn matches_pieces(pieces: &[String], text: &str) -> bool {
    let [first, between @ .., last] = pieces else { return pieces[0] == text };
    let Some(mut rest) = text.strip_prefix(&**first) else { return false };
    for piece in between {
        let Some(at) = rest.find(&**piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(&**last)
}
