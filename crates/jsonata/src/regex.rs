//! JavaScript's regular expressions, translated for the `regex` crate, which never backtracks.
//! Look-around and back-references, which need that, are refused.

use std::iter::Peekable;
use std::str::Chars;

use crate::error::{Fault, Result, fault};

#[derive(Debug)]
pub(crate) struct Regex {
    pub(crate) compiled: regex::Regex,
}

/// One match, in byte offsets.
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What the groups matched; `None` where a group took no part.
    pub(crate) groups: Vec<Option<(usize, usize)>>,
}

/// Compiled programs larger than this are refused.
const PROGRAM_BYTES_MAX: usize = 1 << 20;
const NESTING_MAX: u32 = 100;

impl Regex {
    pub(crate) fn compile(pattern: &str, flags: &str) -> Result<Regex> {
        let translated = Translator { rest: pattern.chars().peekable(), out: String::new() }
            .pattern()
            .map_err(|reason| refused(pattern, reason))?;
        let compiled = regex::RegexBuilder::new(&translated)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .size_limit(PROGRAM_BYTES_MAX)
            .nest_limit(NESTING_MAX)
            .build()
            .map_err(|_| refused(pattern, "it isn't well-formed or it is too large"))?;
        Ok(Regex { compiled })
    }

    /// The first match that starts at `from` or later.
    pub(crate) fn find(&self, text: &str, from: usize) -> Option<Match> {
        let captures = self.compiled.captures_at(text, from)?;
        let whole = captures.get(0)?;
        let groups = captures.iter().skip(1);
        Some(Match {
            start: whole.start(),
            end: whole.end(),
            groups: groups.map(|group| group.map(|group| (group.start(), group.end()))).collect(),
        })
    }
}

fn refused(pattern: &str, reason: &str) -> Box<Fault> {
    fault("S0303").with("value", pattern).with("message", reason)
}

const DIGITS: &str = "0-9";
const WORDS: &str = "0-9A-Za-z_";
const BLANKS: &str =
    r"\t\n\x0B\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

type Translated<T> = std::result::Result<T, &'static str>;

impl Translator<'_> {
    fn pattern(mut self) -> Translated<String> {
        while let Some(char) = self.rest.next() {
            match char {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '.' => self.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
                '{' => self.brace(),
                '}' => self.out.push_str(r"\}"),
                ']' => self.out.push_str(r"\]"),
                _ => self.out.push(char),
            }
        }
        Ok(self.out)
    }

    fn group(&mut self) -> Translated<()> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        match self.rest.next() {
            Some(':') => self.out.push(':'),
            Some('<') if !matches!(self.rest.peek(), Some('=' | '!')) => self.out.push_str("P<"),
            Some('=' | '!' | '<') => return Err("it looks ahead or behind"),
            _ => return Err("it isn't well-formed"),
        }
        Ok(())
    }

    /// A brace that repeats nothing stands for itself.
    fn brace(&mut self) {
        let ahead: String = self.rest.clone().take_while(|char| *char != '}').collect();
        let closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if closed && !least.is_empty() && digits(least) && digits(most) {
            self.out.push('{');
            self.out.push_str(&ahead);
            self.out.push('}');
            self.skip(ahead.chars().count() + 1);
        } else {
            self.out.push_str(r"\{");
        }
    }

    fn class(&mut self) -> Translated<()> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            // `[]` matches nothing, `[^]` everything.
            self.out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
            return Ok(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        loop {
            match self.rest.next() {
                None => return Err("a class isn't closed"),
                Some(']') => break,
                Some('\\') => self.escape(true)?,
                Some(char @ ('[' | '&' | '~' | '^')) => {
                    self.out.push('\\');
                    self.out.push(char);
                }
                Some('-') if self.rest.peek() == Some(&'-') => self.out.push_str(r"\-"),
                Some(char) => self.out.push(char),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn escape(&mut self, in_class: bool) -> Translated<()> {
        let Some(char) = self.rest.next() else { return Err("it ends in a backslash") };
        let set = |out: &mut String, negated: bool, set: &str| match (in_class, negated) {
            (true, false) => out.push_str(set),
            (_, true) => out.push_str(&format!("[^{set}]")),
            (false, false) => out.push_str(&format!("[{set}]")),
        };
        match char {
            'd' | 'D' => set(&mut self.out, char == 'D', DIGITS),
            'w' | 'W' => set(&mut self.out, char == 'W', WORDS),
            's' | 'S' => set(&mut self.out, char == 'S', BLANKS),
            'b' if in_class => self.out.push_str(r"\x08"),
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' if !in_class => self.out.push_str(r"(?-u:\B)"),
            'n' | 'r' | 't' | 'f' | 'v' => {
                self.out.push('\\');
                self.out.push(char);
            }
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => {
                self.out.push_str(r"\x00");
            }
            '1'..='9' if !in_class => return Err("it refers back to a group"),
            'k' if self.rest.peek() == Some(&'<') => return Err("it refers back to a group"),
            'x' => self.code(2, char),
            'u' => self.code(4, char),
            'c' if self.rest.peek().is_some_and(char::is_ascii_alphabetic) => {
                let letter = self.rest.next().unwrap_or_default();
                self.out.push_str(&format!("\\x{:02X}", letter as u32 % 32));
            }
            _ => self.out.push_str(&regex::escape(&char.to_string())),
        }
        Ok(())
    }

    /// `\xHH`, `\uHHHH`, or the letter itself where the digits don't follow.
    fn code(&mut self, digits: usize, letter: char) {
        let Some(mut unit) = self.hex(digits) else {
            self.out.push(letter);
            return;
        };
        if (0xd800..0xdc00).contains(&unit) {
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('\\') && ahead.next() == Some('u') {
                std::mem::swap(&mut self.rest, &mut ahead);
                match self.hex(4) {
                    Some(low) if (0xdc00..0xe000).contains(&low) => {
                        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    }
                    _ => self.rest = ahead,
                }
            }
        }
        self.out.push_str(&format!("\\x{{{unit:X}}}"));
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.rest.next();
        }
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.rest.clone().take(digits).collect();
        let well_formed = text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        let code = well_formed.then(|| u32::from_str_radix(&text, 16).ok())??;
        self.skip(digits);
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, flags: &str, text: &str) -> Option<String> {
        let regex = Regex::compile(pattern, flags).map_err(|fault| fault.into_error()).unwrap();
        regex.find(text, 0).map(|found| text[found.start..found.end].to_owned())
    }

    #[test]
    fn reads_what_javascript_reads() {
        assert_eq!(matched(r"^hello\ \/", "", "hello /x").as_deref(), Some("hello /"));
        assert_eq!(matched(r"[\w-]+@[^.]+", "", "ann-b@host.net").as_deref(), Some("ann-b@host"));
        assert_eq!(matched(r"\d", "", "٣"), None, "digits are ASCII");
        assert_eq!(matched(r"a{,2}", "", "a{,2}").as_deref(), Some("a{,2}"));
        assert_eq!(matched(r"a{2}", "", "aaa").as_deref(), Some("aa"));
        assert_eq!(matched("[[&&]+", "", "a[&").as_deref(), Some("[&"));
        assert_eq!(matched(r"😀", "", "x😀").as_deref(), Some("😀"));
        assert_eq!(matched(".+", "", "a\rb").as_deref(), Some("a"));
        assert_eq!(matched("B$", "im", "ab\nc").as_deref(), Some("b"));
        assert_eq!(matched("(?<year>[0-9]{4})", "", "in 2018").as_deref(), Some("2018"));
    }

    #[test]
    fn refuses_what_needs_backtracking() {
        for pattern in ["(?=a)", "(?<!a)b", r"(a)\1", r"(?<x>a)\k<x>", "(", "[a"] {
            assert!(Regex::compile(pattern, "").is_err(), "{pattern}");
        }
    }
}
