//! Wildcards and policy variables.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use crate::Context;

/// A text of a policy, with `*`, `?` and `${…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Token(Token),
    /// `${aws:username}` or `${aws:username, 'nobody'}`.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// What one place of a text has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Letter(char),
    /// `?`
    One,
    /// `*`
    Any,
}

/// How the text of a pattern is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether `*` and `?` stand for others.
    pub(crate) wildcards: bool,
    /// Whether `${…}` stands for a value: policies of version 2012-10-17 only.
    pub(crate) variables: bool,
}

impl Pattern {
    pub(crate) fn parse(text: &str, reading: Reading) -> Self {
        let mut pieces = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let variable =
                if reading.variables { rest.strip_prefix("${").and_then(variable) } else { None };
            if let Some((piece, after)) = variable {
                pieces.push(piece);
                rest = after;
                continue;
            }
            pieces.push(Piece::Token(match letter {
                '*' if reading.wildcards => Token::Any,
                '?' if reading.wildcards => Token::One,
                letter => Token::Letter(letter),
            }));
            rest = &rest[letter.len_utf8()..];
        }
        Pattern(pieces)
    }

    /// Whether the whole text is what the pattern says. A variable without a value matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        self.tokens(context).is_some_and(|tokens| matches(&tokens, text))
    }

    /// The same, whatever the case of letters.
    pub(crate) fn matches_in_any_case(&self, text: &str, context: &Context) -> bool {
        self.tokens(context).is_some_and(|mut tokens| {
            for token in &mut tokens {
                if let Token::Letter(letter) = token {
                    letter.make_ascii_lowercase();
                }
            }
            matches(&tokens, &text.to_ascii_lowercase())
        })
    }

    /// Whether an ARN is what the pattern says, each of its six parts on its own: `*` of one part can't be several.
    pub(crate) fn matches_arn(&self, arn: &str, context: &Context) -> bool {
        let Some(tokens) = self.tokens(context) else { return false };
        let mut of_pattern = tokens.splitn(6, |token| *token == Token::Letter(':'));
        let mut of_arn = arn.splitn(6, ':');
        loop {
            match (of_pattern.next(), of_arn.next()) {
                (Some(tokens), Some(text)) if matches(tokens, text) => {}
                (None, None) => return true,
                // `*` alone is every ARN.
                (Some([Token::Any]), None) | (None, Some(_)) if tokens == [Token::Any] => {
                    return true;
                }
                _ => return false,
            }
        }
    }

    /// The text it stands for, where wildcards were read as letters.
    pub(crate) fn text(&self, context: &Context) -> Option<String> {
        let letter = |token| match token {
            Token::Letter(letter) => letter,
            Token::One => '?',
            Token::Any => '*',
        };
        Some(self.tokens(context)?.into_iter().map(letter).collect())
    }

    /// The keys of its variables.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.as_str()),
            Piece::Token(_) => None,
        })
    }

    /// A value put in the place of a variable is text: its `*` is a star.
    fn tokens(&self, context: &Context) -> Option<Vec<Token>> {
        let mut tokens = Vec::with_capacity(self.0.len());
        for piece in &self.0 {
            match piece {
                Piece::Token(token) => tokens.push(*token),
                Piece::Variable { key, default } => {
                    let value = context.single(key).or(default.as_deref())?;
                    tokens.extend(value.chars().map(Token::Letter));
                }
            }
        }
        Some(tokens)
    }
}

/// What stands after `${`: the variable, or one of the three escapes, and what follows it.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let (inside, after) = text.split_once('}')?;
    if let escaped @ ("*" | "?" | "$") = inside {
        let letter = escaped.chars().next()?;
        return Some((Piece::Token(Token::Letter(letter)), after));
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let default = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (key, Some(default.to_owned()))
        }
        None => (inside, None),
    };
    Some((Piece::Variable { key: key.trim().to_owned(), default }, after))
}

/// Each `*` takes as little as it can, and more only when what follows doesn't fit: no pattern makes this slow.
fn matches(tokens: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut token, mut place) = (0, 0);
    // Where the last `*` stands, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match tokens.get(token) {
            Some(Token::Any) => {
                star = Some((token, place));
                token += 1;
                continue;
            }
            Some(Token::One) => {
                (token, place) = (token + 1, place + 1);
                continue;
            }
            Some(Token::Letter(letter)) if *letter == text[place] => {
                (token, place) = (token + 1, place + 1);
                continue;
            }
            Some(Token::Letter(_)) | None => {}
        }
        let Some((at, reach)) = star else { return false };
        star = Some((at, reach + 1));
        (token, place) = (at + 1, reach + 1);
    }
    tokens[token..].iter().all(|token| *token == Token::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, Reading { wildcards: true, variables: true })
    }

    fn fits(text: &str, value: &str) -> bool {
        let mut context = Context::new();
        context.set("aws:username", "jo*").set_all("many", ["a".into(), "b".into()]);
        pattern(text).matches(value, &context)
    }

    #[test]
    fn wildcards_stand_for_letters() {
        for (text, value, expected) in [
            ("*", "", true),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get*", "s3:PutObject", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxbx", true),
            ("*a*b", "xxaxbx", false),
            ("a**", "a", true),
            ("", "", true),
            ("", "a", false),
            ("ä?", "äö", true),
        ] {
            assert_eq!(fits(text, value), expected, "{text} {value}");
        }
    }

    #[test]
    fn variables_are_text() {
        for (text, value, expected) in [
            ("home/${aws:username}/*", "home/jo*/x", true),
            ("home/${AWS:UserName}/*", "home/jo*/x", true),
            ("home/${aws:username}/*", "home/john/x", false),
            ("${aws:userid}", "", false),
            ("${aws:userid, 'nobody'}", "nobody", true),
            ("${many}", "a", false),
            ("a${*}b", "a*b", true),
            ("a${*}b", "axb", false),
            ("a${?}${$}", "a?$", true),
            ("a${unfinished", "a${unfinished", true),
        ] {
            assert_eq!(fits(text, value), expected, "{text} {value}");
        }
    }

    #[test]
    fn the_parts_of_an_arn_match_one_by_one() {
        let fits = |text, arn| pattern(text).matches_arn(arn, &Context::new());
        assert!(fits("arn:aws:sns:*:123:topic:*", "arn:aws:sns:eu-west-1:123:topic:a:b"));
        assert!(!fits("arn:aws:sns:*:topic", "arn:aws:sns:eu-west-1:123:topic"));
        assert!(fits("*", "arn:aws:sns:eu-west-1:123:topic"));
        assert!(!fits("arn:aws:*", "arn:aws:sns:eu-west-1:123:topic"));
    }

    #[test]
    fn many_stars_are_not_slow() {
        let text = format!("{}b", "*a".repeat(60));
        assert!(!fits(&text, &"a".repeat(5_000)));
    }
}
