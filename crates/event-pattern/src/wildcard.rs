//! `*` for any run of characters, `\*` and `\\` for themselves.

use crate::PatternError;

/// A text with gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    /// The texts between the stars, the one before the first and after the last included.
    pieces: Vec<String>,
}

impl Wildcard {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut pieces = vec![String::new()];
        let mut rest = text.char_indices();
        let mut star_ended_at = None;
        while let Some((at, letter)) = rest.next() {
            let plain = match letter {
                '*' if star_ended_at == Some(at) => {
                    let sentence = format!("Consecutive wildcard characters at pos {}", at - 1);
                    return Err(PatternError(sentence));
                }
                '*' => {
                    star_ended_at = Some(at + 1);
                    pieces.push(String::new());
                    continue;
                }
                '\\' => match rest.next() {
                    Some((_, escaped @ ('*' | '\\'))) => escaped,
                    Some(_) | None => {
                        return Err(PatternError(format!("Invalid escape character at pos {at}")));
                    }
                },
                letter => letter,
            };
            pieces.last_mut().expect("there is a piece always").push(plain);
        }
        Ok(Wildcard { pieces })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let [first, between @ .., last] = &self.pieces[..] else {
            return self.pieces[0] == text;
        };
        let Some(mut rest) = text.strip_prefix(&**first) else { return false };
        for piece in between {
            // The earliest place leaves the most for the pieces that follow.
            let Some(at) = rest.find(&**piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(&**last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(wildcard: &str, text: &str) -> bool {
        Wildcard::parse(wildcard).expect("parses").matches(text)
    }

    #[test]
    fn stars_stand_for_any_run() {
        assert!(matches("dir/*.png", "dir/a/b.png"));
        assert!(matches("*", ""));
        assert!(matches("a*a", "aa"));
        assert!(!matches("a*a", "a"), "the ends may not overlap");
        assert!(matches("*ab*ab", "xababab"));
        assert!(!matches("ab", "abc"));
    }

    #[test]
    fn escapes_stand_for_themselves() {
        assert!(matches(r"a\*b", "a*b"));
        assert!(!matches(r"a\*b", "axb"));
        assert!(matches(r"a\\*", r"a\z"));
        assert!(Wildcard::parse(r"a\z").is_err());
    }

    #[test]
    fn two_stars_in_a_row_are_refused() {
        let error = Wildcard::parse("a**").expect_err("is refused");
        assert_eq!(error.to_string(), "Consecutive wildcard characters at pos 1");
        assert!(Wildcard::parse(r"\**").is_ok());
    }
}
