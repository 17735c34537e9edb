use json::ParseError;

/// Line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// The place of byte `offset` of `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let (line, line_start) = line_of(text, offset);
        Position { line, column: text[line_start..offset].chars().count() as u32 + 1 }
    }
}

fn line_of(text: &str, offset: usize) -> (u32, usize) {
    let before = &text.as_bytes()[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (line, line_start)
}

/// Where Jackson was when it gave up: `[Source: (String)"…"; line: 1, column: 4]`.
///
/// AWS passes this on both as the location and at the end of the message of `INVALID_JSON_DESCRIPTION`
/// (recording `api_validation/…not_a_definition`). Jackson has read what it complains of, so the column
/// is the one after it; it quotes at most 500 characters of the text.
#[derive(Debug)]
pub struct SourceLocation(pub String);

const QUOTED_CHARS_MAX: usize = 500;

impl SourceLocation {
    pub fn of_error(text: &str, error: &ParseError) -> Self {
        SourceLocation::at(text, end_of_culprit(text, error))
    }

    pub fn at(text: &str, offset: usize) -> Self {
        let (line, line_start) = line_of(text, offset);
        let column = text[line_start..offset].encode_utf16().count() + 1;
        let quoted: String = text.chars().take(QUOTED_CHARS_MAX).collect();
        let rest = text[quoted.len()..].encode_utf16().count();
        let truncated = if rest == 0 { String::new() } else { format!("[truncated {rest} chars]") };
        SourceLocation(format!(
            "[Source: (String)\"{quoted}\"{truncated}; line: {line}, column: {column}]"
        ))
    }
}

fn end_of_culprit(text: &str, error: &ParseError) -> usize {
    let start = error.offset.min(text.len());
    if let Some(rest) = error.message.strip_prefix("Unrecognized token '") {
        return start + rest.find('\'').unwrap_or_default();
    }
    if error.message.starts_with("Unexpected character") {
        return start + text[start..].chars().next().map_or(0, char::len_utf8);
    }
    start
}

#[cfg(test)]
mod tests {
    use json::Value;

    use super::*;

    #[test]
    fn points_behind_an_unrecognized_token() {
        let text = "not a definition";
        let error = Value::parse(text).unwrap_err();
        assert_eq!(
            SourceLocation::of_error(text, &error).0,
            "[Source: (String)\"not a definition\"; line: 1, column: 4]"
        );
    }

    #[test]
    fn points_behind_an_unexpected_character() {
        let text = "{\n \"a\" 1}";
        let error = Value::parse(text).unwrap_err();
        assert_eq!(
            SourceLocation::of_error(text, &error).0,
            "[Source: (String)\"{\n \"a\" 1}\"; line: 2, column: 7]"
        );
    }

    #[test]
    fn quotes_no_more_than_500_characters() {
        let text = format!("\"{}", "x".repeat(600));
        let error = Value::parse(&text).unwrap_err();
        let location = SourceLocation::of_error(&text, &error).0;
        assert!(location.contains("\"[truncated 101 chars]; line: 1, column: 602]"), "{location}");
    }

    #[test]
    fn counts_lines_and_columns_from_one() {
        let text = "{\n  \"é\": 1,\n}";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.find('1').unwrap()), Position { line: 2, column: 8 });
    }
}
