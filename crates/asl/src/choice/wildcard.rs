//! Patterns of `StringMatches`.

/// Pieces between `*`s. Each `*` stands for any text; `\*` for itself, `\\` for a backslash.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wildcard {
    pieces: Vec<String>,
}

impl Wildcard {
    pub(super) fn parse(pattern: &str) -> Wildcard {
        let mut pieces = vec![String::new()];
        let mut characters = pattern.chars().peekable();
        while let Some(c) = characters.next() {
            let escaped = c == '\\' && matches!(characters.peek(), Some('*' | '\\'));
            let c = if escaped { characters.next() } else { Some(c).filter(|c| *c != '*') };
            match (c, pieces.last_mut()) {
                (Some(c), Some(piece)) => piece.push(c),
                _ => pieces.push(String::new()),
            }
        }
        Wildcard { pieces }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return text.is_empty();
        };
        let Some((last, middle)) = rest.split_last() else {
            return text == first;
        };
        let Some(mut left) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            match left.split_once(piece.as_str()) {
                Some((_, after)) => left = after,
                None => return false,
            }
        }
        left.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(Wildcard::parse(pattern).matches(text), expected, "{pattern} on {text}");
        };
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("*", "anything", true);
        check("a*", "abc", true);
        check("a*", "ba", false);
        check("*c", "abc", true);
        check("a*c", "ac", true);
        check("a*a", "a", false);
        check("*.log", "zebra.log", true);
        check("foo*.log", "foo23.log", true);
        check("foo*.*", "foobar.zebra", true);
        check("a*b*c", "a-c-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("a**b", "ab", true);
        check("é*", "éa", true);
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(Wildcard::parse(pattern).matches(text), expected, "{pattern} on {text}");
        };
        check(r"a\*", "a*", true);
        check(r"a\*", "ab", false);
        check(r"a\\*", r"a\b", true);
        check(r"a\\", r"a\", true);
        check(r"a\b", r"a\b", true);
        check(r"*\*", "x*", true);
    }
}
