//! JavaScript's regular expressions, translated for the `regex` crate, which never backtracks.
//! Those that look around or refer back to a group need that: they are for `fancy-regex`, within bounds.

use std::iter::Peekable;
use std::ops::Range;
use std::str::Chars;

use crate::error::{Fault, Result, TOO_LONG, bound, fault};
use crate::limits::Meter;

#[derive(Debug)]
pub(crate) enum Regex {
    Linear(regex::Regex),
    /// `rounds` as in [`Pattern`].
    Backtracking {
        regex: fancy_regex::Regex,
        rounds: u64,
    },
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
/// Steps back that one match may take.
const BACKTRACKS_MAX: usize = 10_000;
/// The engine that backtracks doesn't tell what a match took. So each is charged beforehand, as if a third of its steps
/// back had made it look at all of the text, and go round all that it counts.
const BACKTRACKING_STEPS: u64 = 200;
const STEPS_A_BYTE: u64 = 32;
const STEPS_A_ROUND: u64 = 1_300;
/// Rounds of groups that are counted, one within the other: they may go on where there is no text any more.
const ROUNDS_MAX: u64 = 1_000;

impl Regex {
    pub(crate) fn compile(pattern: &str, flags: &str) -> Result<Regex> {
        let Pattern { translated, backtracks, rounds } =
            Translator::new(pattern).pattern().map_err(|reason| refused(pattern, reason))?;
        let (ignores_case, is_multi_line) = (flags.contains('i'), flags.contains('m'));
        let compiled = match backtracks {
            false => regex::RegexBuilder::new(&translated)
                .case_insensitive(ignores_case)
                .multi_line(is_multi_line)
                .size_limit(PROGRAM_BYTES_MAX)
                .nest_limit(NESTING_MAX)
                .build()
                .map(Regex::Linear)
                .ok(),
            true if ROUNDS_MAX < rounds => None,
            true => fancy_regex::RegexBuilder::new(&translated)
                .case_insensitive(ignores_case)
                .multi_line(is_multi_line)
                .backtrack_limit(BACKTRACKS_MAX)
                .delegate_size_limit(PROGRAM_BYTES_MAX)
                .build()
                .map(|regex| Regex::Backtracking { regex, rounds })
                .ok(),
        };
        compiled.ok_or_else(|| refused(pattern, "it isn't well-formed or it is too large"))
    }

    /// The first match that starts at `from` or later.
    ///
    /// # Errors
    /// It goes back and forth for too long.
    pub(crate) fn find(&self, text: &str, from: usize, meter: &Meter) -> Result<Option<Match>> {
        match self {
            Regex::Linear(regex) => Ok(regex.captures_at(text, from).map(|captures| {
                let groups = captures.iter().map(|group| group.map(|group| group.range()));
                Match::of(groups)
            })),
            Regex::Backtracking { regex, rounds } => {
                let reading = STEPS_A_BYTE * text.len() as u64;
                let going_round = STEPS_A_ROUND * (rounds - 1);
                meter.work(BACKTRACKING_STEPS + reading + going_round)?;
                let captures = regex.captures_from_pos(text, from).map_err(|_| bound(TOO_LONG))?;
                Ok(captures.map(|captures| {
                    let groups = captures.iter().map(|group| group.map(|group| group.range()));
                    Match::of(groups)
                }))
            }
        }
    }
}

impl Match {
    /// Of the place of the whole, and those of its groups.
    fn of(mut places: impl Iterator<Item = Option<Range<usize>>>) -> Match {
        let whole = places.next().flatten().unwrap_or_default();
        let groups = places.map(|group| group.map(|group| (group.start, group.end))).collect();
        Match { start: whole.start, end: whole.end, groups }
    }
}

fn refused(pattern: &str, reason: &str) -> Box<Fault> {
    fault("S0303").with("value", pattern).with("message", reason)
}

const DIGITS: &str = "0-9";
const WORDS: &str = "0-9A-Za-z_";
const BLANKS: &str =
    r"\t\n\x0B\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
/// The edge of a word, which is ASCII, and its contrary; then the same for the engine that backtracks, which has no ASCII.
const EDGE: &str = r"(?-u:\b)";
const NO_EDGE: &str = r"(?-u:\B)";
const EDGE_AROUND: &str = "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
const NO_EDGE_AROUND: &str =
    "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

/// A pattern as the engines read it.
struct Pattern {
    translated: String,
    /// Whether it looks around or refers back.
    backtracks: bool,
    /// How often its groups are gone through that have a number of times to be.
    rounds: u64,
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    backtracks: bool,
    rounds: u64,
}

type Translated<T> = std::result::Result<T, &'static str>;

impl<'a> Translator<'a> {
    fn new(pattern: &'a str) -> Self {
        let rest = pattern.chars().peekable();
        Translator { rest, out: String::new(), backtracks: false, rounds: 1 }
    }

    fn pattern(mut self) -> Translated<Pattern> {
        let mut is_after_group = false;
        while let Some(char) = self.rest.next() {
            match char {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '.' => self.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
                '{' => self.brace(is_after_group),
                '}' => self.out.push_str(r"\}"),
                ']' => self.out.push_str(r"\]"),
                _ => self.out.push(char),
            }
            is_after_group = char == ')';
        }
        let Translator { out, backtracks, rounds, .. } = self;
        let translated = match backtracks {
            true => out.replace(EDGE, EDGE_AROUND).replace(NO_EDGE, NO_EDGE_AROUND),
            false => out,
        };
        Ok(Pattern { translated, backtracks, rounds })
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
            Some(around @ ('=' | '!' | '<')) => {
                self.backtracks = true;
                self.out.push(around);
            }
            _ => return Err("it isn't well-formed"),
        }
        Ok(())
    }

    /// A brace that repeats nothing stands for itself.
    fn brace(&mut self, is_after_group: bool) {
        let ahead: String = self.rest.clone().take_while(|char| *char != '}').collect();
        let closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if closed && !least.is_empty() && digits(least) && digits(most) {
            self.out.push('{');
            self.out.push_str(&ahead);
            self.out.push('}');
            self.skip(ahead.chars().count() + 1);
            if is_after_group {
                let times = most.parse().or_else(|_| least.parse()).unwrap_or(u64::MAX);
                self.rounds = self.rounds.saturating_mul(times.max(1));
            }
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
            'b' => self.out.push_str(EDGE),
            'B' if !in_class => self.out.push_str(NO_EDGE),
            'n' | 'r' | 't' | 'f' | 'v' => {
                self.out.push('\\');
                self.out.push(char);
            }
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => {
                self.out.push_str(r"\x00");
            }
            '1'..='9' if !in_class => {
                let mut group = String::from(char);
                while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
                    group.push(digit);
                }
                self.refer_back(&group, &format!(r"\{group}"));
            }
            'k' if self.rest.next_if_eq(&'<').is_some() => {
                let group: String = self.rest.by_ref().take_while(|char| *char != '>').collect();
                self.refer_back(&format!("<{group}>"), &format!(r"\k<{group}>"));
            }
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

    /// What a group has matched; nothing, and not a failure, where it took no part.
    fn refer_back(&mut self, group: &str, reference: &str) {
        self.backtracks = true;
        self.out.push_str(&format!("(?({group}){reference}|)"));
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
    use crate::limits::Limits;

    fn matched(pattern: &str, flags: &str, text: &str) -> Option<String> {
        let regex = Regex::compile(pattern, flags).map_err(|fault| fault.into_error()).unwrap();
        let meter = Meter::new(&Limits::default());
        let found = regex.find(text, 0, &meter).map_err(|fault| fault.into_error()).unwrap();
        found.map(|found| text[found.start..found.end].to_owned())
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
    fn looks_around_and_refers_back() {
        assert_eq!(matched(r"\w+(?=\d)", "", "ab12").as_deref(), Some("ab1"));
        assert_eq!(matched(r"q(?!u)", "", "qu qa").as_deref(), Some("q"));
        assert_eq!(matched(r"(?<=\$)\d+", "", "7 $42").as_deref(), Some("42"));
        assert_eq!(matched(r"(?<!a|bc)\bx", "", "a x").as_deref(), Some("x"));
        assert_eq!(matched(r"^(?=.*[A-Z])(?=.*\d).{4,}$", "", "abCd1").as_deref(), Some("abCd1"));
        assert_eq!(matched(r"(['\x22]).*?\1", "", r#"say "it's""#).as_deref(), Some(r#""it's""#));
        assert_eq!(matched(r"(?<x>A)-\k<x>", "i", "a-A").as_deref(), Some("a-A"));
        assert_eq!(matched(r"(a)?\1b", "", "b").as_deref(), Some("b"), "the group took no part");
        assert_eq!(matched(r"(?=x)\Bx\d", "", "x1 éx2 ax3").as_deref(), Some("x3"));
        assert_eq!(matched(r"^(?=B$)", "m", "a\nB").as_deref(), Some(""));
    }

    #[test]
    fn what_goes_back_for_too_long_is_cut() {
        let meter = Meter::new(&Limits::default());
        let endless =
            Regex::compile(r"^(a|a)*\1c$", "").map_err(|fault| fault.into_error()).unwrap();
        assert!(endless.find(&"a".repeat(64), 0, &meter).is_err());
        let nothing =
            Regex::compile(r"(?=x)((()*)*(){999})\1", "").map_err(|fault| fault.into_error());
        let nothing = nothing.unwrap().find("x", 0, &meter).map_err(|fault| fault.into_error());
        assert!(nothing.unwrap().is_some(), "it goes round without a text, but not for ever");
        let around = Regex::compile("(?=a)", "").map_err(|fault| fault.into_error()).unwrap();
        assert!(around.find(&"b".repeat(1 << 20), 0, &meter).is_err(), "the text is too long");
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        let deep = format!("{}a{}", "(?=".repeat(10_000), ")".repeat(10_000));
        let endless = r"(?=x)((((){999}){999}){999})\1";
        for pattern in ["(", "[a", "(?a)", r"\2(a)", r"\k<x>", "(?=a", &deep, endless] {
            assert!(Regex::compile(pattern, "").is_err(), "{pattern:.20}");
        }
    }
}
