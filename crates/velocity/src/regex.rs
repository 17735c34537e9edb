//! Java's regular expressions, translated for `fancy-regex`, with a bound on backtracking.
//!
//! Java's shorthand classes (`\d`, `\w`, `\s`, `\p{Alpha}`) are ASCII, its dot stops at five line terminators.
//! Known differences: `(?u)` and `(?d)` change nothing, `(?i)` folds beyond ASCII, and a `$` never matches
//! before a final line break.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::iter::Peekable;
use std::rc::Rc;
use std::str::Chars;

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    /// The pattern as `fancy-regex` reads it.
    translated: String,
    anywhere: OnceCell<fancy_regex::Regex>,
    whole: OnceCell<fancy_regex::Regex>,
}

thread_local! {
    /// Compiling takes far longer than matching, and templates match with the same few patterns for ever.
    static COMPILED: RefCell<HashMap<Box<str>, Rc<Regex>>> = RefCell::default();
}

/// So many patterns are kept; then all are forgotten.
const COMPILED_MAX: usize = 32;

/// A pattern that can't be compiled, or one that backtracks without end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RegexError(String);

/// Steps back that one match may take.
const BACKTRACKS_MAX: usize = 100_000;
/// Bytes of a compiled program.
const PROGRAM_BYTES_MAX: usize = 1 << 20;

impl Regex {
    /// The pattern, compiled when it is first used; kept for the next who asks on this thread.
    pub fn of(pattern: &str) -> Rc<Regex> {
        COMPILED.with_borrow_mut(|compiled| {
            if let Some(regex) = compiled.get(pattern) {
                return regex.clone();
            }
            if COMPILED_MAX <= compiled.len() {
                compiled.clear();
            }
            let translated = Translator::new(pattern).pattern();
            let regex =
                Rc::new(Regex { translated, anywhere: OnceCell::new(), whole: OnceCell::new() });
            compiled.insert(pattern.into(), regex.clone());
            regex
        })
    }

    /// Whether the pattern can be used: [`Regex::of`] takes any.
    ///
    /// # Errors
    /// The pattern isn't well-formed or compiles to too much.
    pub fn check(&self) -> Result<(), RegexError> {
        self.whole().map(|_| ())
    }

    fn anywhere(&self) -> Result<&fancy_regex::Regex, RegexError> {
        compiled(&self.anywhere, || self.translated.clone())
    }

    /// Whether the pattern matches all of the text: `String.matches`.
    ///
    /// # Errors
    /// The pattern isn't well-formed or compiles to too much, or the match backtracks without end.
    pub fn is_full_match(&self, text: &str) -> Result<bool, RegexError> {
        self.whole()?.is_match(text).map_err(endless)
    }

    fn whole(&self) -> Result<&fancy_regex::Regex, RegexError> {
        compiled(&self.whole, || format!(r"\A(?:{})\z", self.translated))
    }

    /// `String.replaceAll` and, with a `limit` of 1, `String.replaceFirst`: `$1` and `\$` in the replacement.
    pub(crate) fn replace(
        &self,
        text: &str,
        replacement: &str,
        limit: usize,
    ) -> Result<String, RegexError> {
        let mut replaced = String::new();
        let mut copied = 0;
        for captures in self.anywhere()?.captures_iter(text).take(limit) {
            let captures = captures.map_err(endless)?;
            let Some(whole) = captures.get(0) else { continue };
            replaced.push_str(&text[copied..whole.start()]);
            expand(replacement, &captures, &mut replaced)?;
            copied = whole.end();
        }
        replaced.push_str(&text[copied..]);
        Ok(replaced)
    }

    /// `String.split(pattern, limit)`: with a limit of 0 no empty texts at the end.
    pub(crate) fn split<'t>(&self, text: &'t str, limit: i64) -> Result<Vec<&'t str>, RegexError> {
        let mut parts = Vec::new();
        let mut from = 0;
        for found in self.anywhere()?.find_iter(text) {
            let found = found.map_err(endless)?;
            if 0 < limit && parts.len() as i64 == limit - 1 {
                break;
            }
            // Java leaves out the empty text before a match of no length at the beginning.
            let nothing_at_start = found.end() == 0;
            if nothing_at_start || (found.start() == found.end() && found.start() == text.len()) {
                continue;
            }
            parts.push(&text[from..found.start()]);
            from = found.end();
        }
        if parts.is_empty() {
            return Ok(vec![text]);
        }
        parts.push(&text[from..]);
        if limit == 0 {
            while parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
        }
        Ok(parts)
    }
}

/// Whether a pattern matches itself and nothing else.
pub(crate) fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['\\', '^', '$', '.', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}'])
}

fn compiled(
    cell: &OnceCell<fancy_regex::Regex>,
    pattern: impl Fn() -> String,
) -> Result<&fancy_regex::Regex, RegexError> {
    if let Some(regex) = cell.get() {
        return Ok(regex);
    }
    let regex = fancy_regex::RegexBuilder::new(&pattern())
        .backtrack_limit(BACKTRACKS_MAX)
        .delegate_size_limit(PROGRAM_BYTES_MAX)
        .build()
        .map_err(|error| RegexError(error.to_string()))?;
    Ok(cell.get_or_init(|| regex))
}

fn endless(error: fancy_regex::Error) -> RegexError {
    RegexError(error.to_string())
}

fn expand(
    replacement: &str,
    captures: &fancy_regex::Captures<'_, str>,
    out: &mut String,
) -> Result<(), RegexError> {
    let mut rest = replacement.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\\' => out.extend(rest.next()),
            '$' => {
                let group = if rest.next_if_eq(&'{').is_some() {
                    let name: String = rest.by_ref().take_while(|char| *char != '}').collect();
                    captures.name(&name)
                } else {
                    let digit =
                        rest.next_if(char::is_ascii_digit).and_then(|char| char.to_digit(10));
                    let number =
                        digit.ok_or_else(|| RegexError("Illegal group reference".into()))?;
                    if captures.len() <= number as usize {
                        return Err(RegexError(format!("No group {number}")));
                    }
                    captures.get(number as usize)
                };
                out.push_str(group.map_or("", |group| group.as_str()));
            }
            char => out.push(char),
        }
    }
    Ok(())
}

/// Rewrites what the two languages of patterns write differently.
struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    /// Open brackets of character classes.
    classes: u32,
    dot_matches_all: bool,
}

const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

impl<'p> Translator<'p> {
    fn new(pattern: &'p str) -> Self {
        let dot_matches_all = inline_flags(pattern).contains('s');
        Translator {
            rest: pattern.chars().peekable(),
            out: String::new(),
            classes: 0,
            dot_matches_all,
        }
    }

    fn pattern(mut self) -> String {
        while let Some(char) = self.rest.next() {
            match char {
                '\\' => self.escape(),
                '[' => {
                    self.classes += 1;
                    self.out.push('[');
                    if self.rest.next_if_eq(&'^').is_some() {
                        self.out.push('^');
                    }
                    // A bracket that closes at once stands for itself, as in Java.
                    if self.rest.next_if_eq(&']').is_some() {
                        self.out.push_str(r"\]");
                    }
                }
                ']' if 0 < self.classes => {
                    self.classes -= 1;
                    self.out.push(']');
                }
                '~' | '#' if 0 < self.classes => self.out.extend(['\\', char]),
                '.' if self.classes == 0 && !self.dot_matches_all => {
                    self.out.push_str(&format!("[^{LINE_ENDS}]"));
                }
                '(' if self.classes == 0 => self.group(),
                char => self.out.push(char),
            }
        }
        self.out
    }

    /// Leaves flags out that only Java has.
    fn group(&mut self) {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return;
        }
        self.out.push('?');
        while let Some(flag) = self.rest.next_if(|char| char.is_ascii_alphabetic() || *char == '-')
        {
            if !matches!(flag, 'u' | 'd' | 'U') {
                self.out.push(flag);
            }
        }
    }

    fn escape(&mut self) {
        let Some(char) = self.rest.next() else {
            self.out.push('\\');
            return;
        };
        match char {
            'd' => self.class("0-9"),
            'D' => self.class("^0-9"),
            'w' => self.class("a-zA-Z0-9_"),
            'W' => self.class("^a-zA-Z0-9_"),
            's' => self.class(r" \t\n\x0B\f\r"),
            'S' => self.class(r"^ \t\n\x0B\f\r"),
            'h' => self.class(r" \t\xA0\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"),
            'v' => self.class(r"\n\x0B\f\r\x{85}\x{2028}\x{2029}"),
            'R' => self.out.push_str(&format!(r"(?:\r\n|[{LINE_ENDS}\x0B\f])")),
            'Z' => self.out.push_str(r"(?=\n?\z)"),
            'e' => self.out.push_str(r"\x1B"),
            'u' => {
                let digits: String = self.rest.by_ref().take(4).collect();
                self.out.push_str(&format!(r"\x{{{digits}}}"));
            }
            'Q' => self.quotation(),
            'p' | 'P' => self.property(char == 'P'),
            char if char.is_alphanumeric() => self.out.extend(['\\', char]),
            char if char.is_ascii_punctuation() => self.out.extend(['\\', char]),
            char => self.out.push(char),
        }
    }

    fn class(&mut self, content: &str) {
        self.out.push_str(&format!("[{content}]"));
    }

    /// `\Q…\E`: everything stands for itself.
    fn quotation(&mut self) {
        while let Some(char) = self.rest.next() {
            if char == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            if char.is_ascii_punctuation() {
                self.out.push('\\');
            }
            self.out.push(char);
        }
    }

    fn property(&mut self, negated: bool) {
        let name: String = if self.rest.next_if_eq(&'{').is_some() {
            self.rest.by_ref().take_while(|char| *char != '}').collect()
        } else {
            self.rest.next().into_iter().collect()
        };
        let posix = match name.as_str() {
            "Lower" => "a-z",
            "Upper" => "A-Z",
            "ASCII" => r"\x00-\x7F",
            "Alpha" => "a-zA-Z",
            "Digit" => "0-9",
            "Alnum" => "a-zA-Z0-9",
            "Punct" => r##"!-/:-@\[-`{-\~"##,
            "Graph" => r"!-\~",
            "Print" => r" -\~",
            "Blank" => r" \t",
            "Cntrl" => r"\x00-\x1F\x7F",
            "XDigit" => "0-9a-fA-F",
            "Space" => r" \t\n\x0B\f\r",
            "javaLowerCase" => r"\p{Lowercase}",
            "javaUpperCase" => r"\p{Uppercase}",
            "javaWhitespace" => r"\p{White_Space}",
            _ => {
                let bare = name.strip_prefix("Is").unwrap_or(&name);
                self.out.push_str(&format!(r"\{}{{{bare}}}", if negated { 'P' } else { 'p' }));
                return;
            }
        };
        self.class(&format!("{}{posix}", if negated { "^" } else { "" }));
    }
}

/// The flags of a group `(?flags)` at the beginning.
fn inline_flags(pattern: &str) -> &str {
    let Some(rest) = pattern.strip_prefix("(?") else { return "" };
    let end = rest.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Regex::of(pattern).is_full_match(text).expect("matches or not")
    }

    #[test]
    fn shorthand_classes_are_ascii() {
        assert!(matches(r"\d+", "123"));
        assert!(!matches(r"\d+", "१२३"));
        assert!(!matches(r"\w+", "é"));
        assert!(matches(r"[\w-]+", "a-b"));
        assert!(matches(r"\p{Alpha}\p{Punct}\p{Lu}", "a.É"));
    }

    #[test]
    fn looks_around_and_back() {
        assert!(matches(r"^(?=.*[a-z])(?=.*\d).{4,}$", "abc1"));
        assert!(!matches(r"^(?=.*[a-z])(?=.*\d).{4,}$", "abcd"));
        assert!(matches(r"(a|b)\1", "bb"));
        assert!(matches(r"\Qa.b[\E.*", "a.b[x"));
    }

    #[test]
    fn a_dot_stops_at_line_ends() {
        assert!(!matches("a.b", "a\u{2028}b"));
        assert!(matches("(?s)a.b", "a\nb"));
    }

    #[test]
    fn endless_backtracking_is_an_error() {
        let regex = Regex::of(r"(a|aa)+(?=b)c");
        assert!(regex.is_full_match(&"a".repeat(200)).is_err());
    }

    #[test]
    fn a_malformed_pattern_is_an_error() {
        assert!(Regex::of("(a").is_full_match("a").is_err());
        assert!(Regex::of("((a{100}){100}){100}").is_full_match("a").is_err());
    }

    #[test]
    fn splits_and_replaces_as_java_does() {
        let split = |pattern: &str, text: &'static str, limit| {
            Regex::of(pattern).split(text, limit).expect("splits")
        };
        assert_eq!(split(",", "a,b,,", 0), ["a", "b"]);
        assert_eq!(split(",", "a,b,,", -1), ["a", "b", "", ""]);
        assert_eq!(split(",", "a,b,c", 2), ["a", "b,c"]);
        assert_eq!(split("", "abc", 0), ["a", "b", "c"]);
        assert_eq!(split(",", ",a", 0), ["", "a"]);
        let regex = Regex::of("(b)(c)?");
        assert_eq!(regex.replace("abcb", r"[$1$2\$]", usize::MAX).expect("replaces"), "a[bc$][b$]");
    }
}
