//! What a statement of PartiQL does to which tables, as far as permissions need to know.
//!
//! It reads words, not sentences: where a statement can be understood in two ways it names the tables of both.
//! Whoever may have none of them isn't let by.

/// What a statement does to a table or to an index of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// `PartiQLSelect`.
    pub(super) action: &'static str,
    pub(super) table: String,
    pub(super) index: Option<String>,
}

/// `None` for what is no statement, or names no table.
pub(super) fn parts(statement: &str) -> Option<Vec<Part>> {
    let words = words(statement)?;
    let (action, before, only_first) = match words.first()? {
        verb if verb.is("INSERT") => ("PartiQLInsert", "INTO", true),
        verb if verb.is("UPDATE") => ("PartiQLUpdate", "UPDATE", true),
        verb if verb.is("FROM") => ("PartiQLUpdate", "FROM", true),
        verb if verb.is("DELETE") => ("PartiQLDelete", "FROM", true),
        // `EXISTS(SELECT …)` too. An attribute may be called `FROM`, so each is taken for the keyword.
        _ => ("PartiQLSelect", "FROM", false),
    };
    let keywords = (0..words.len()).filter(|place| words[*place].is(before));
    let parts: Option<Vec<Part>> = keywords
        .take(if only_first { 1 } else { usize::MAX })
        .map(|place| {
            let table = words.get(place + 1)?.name();
            let is_qualified = words.get(place + 2).is_some_and(|word| word.is("."));
            let index = words.get(place + 3).filter(|_| is_qualified).map(Word::name);
            Some(Part { action, table, index })
        })
        .collect();
    parts.filter(|parts| !parts.is_empty())
}

/// A token as it is written; a quoted one with its quotes, and a doubled quote in it as one.
struct Word(String);

impl Word {
    fn is(&self, keyword: &str) -> bool {
        self.0.eq_ignore_ascii_case(keyword)
    }

    /// The name that it stands for. Names are taken in either quotes, or in none.
    fn name(&self) -> String {
        let inside = |quote| self.0.strip_prefix(quote)?.strip_suffix(quote);
        inside('"').or_else(|| inside('\'')).unwrap_or(&self.0).to_owned()
    }
}

/// `None` if a quote or a comment doesn't end.
fn words(statement: &str) -> Option<Vec<Word>> {
    let mut found = Vec::new();
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_whitespace() {
            rest = &rest[1..];
        } else if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/")?.1;
        } else if matches!(first, '"' | '\'' | '`') {
            let (word, after) = quoted(rest, first)?;
            found.push(Word(word));
            rest = after;
        } else {
            let length = length_of_word(rest).max(first.len_utf8());
            found.push(Word(rest[..length].to_owned()));
            rest = &rest[length..];
        }
    }
    Some(found)
}

/// The length of the number or name at the beginning. A name may follow a number at once: `1FROM`, `1e5FROM`.
fn length_of_word(text: &str) -> usize {
    let run = |text: &str, is_in: fn(char) -> bool| text.find(|c| !is_in(c)).unwrap_or(text.len());
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return run(text, |c| c.is_ascii_alphanumeric() || c == '_');
    }
    let digits = run(text, |c| c.is_ascii_digit());
    let Some(exponent) = text[digits..].strip_prefix(['e', 'E']) else { return digits };
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    match run(unsigned, |c| c.is_ascii_digit()) {
        0 => digits,
        length => text.len() - unsigned.len() + length,
    }
}

/// What stands in quotes at the beginning, and what follows it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut word = String::from(quote);
    let mut rest = &text[1..];
    loop {
        let (inside, after) = rest.split_once(quote)?;
        word.push_str(inside);
        word.push(quote);
        match after.strip_prefix(quote) {
            Some(more) if quote != '`' => rest = more,
            _ => return Some((word, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(statement: &str) -> Option<Vec<(&'static str, String)>> {
        let named = |part: Part| match part.index {
            Some(index) => (part.action, format!("{}/{index}", part.table)),
            None => (part.action, part.table),
        };
        Some(parts(statement)?.into_iter().map(named).collect())
    }

    #[test]
    fn a_statement_names_its_table_in_many_ways() {
        for (statement, action, table) in [
            (r#"SELECT * FROM "Tab""#, "PartiQLSelect", "Tab"),
            ("select * from\nTab where p='1'", "PartiQLSelect", "Tab"),
            ("SELECT*FROM/**/'Tab'", "PartiQLSelect", "Tab"),
            ("SELECT 'FROM x' -- FROM y\n FROM Tab", "PartiQLSelect", "Tab"),
            ("SELECT 1e5FROM Tab", "PartiQLSelect", "Tab"),
            (r#"SELECT a FROM "Tab"."by""a""#, "PartiQLSelect", r#"Tab/by"a"#),
            (r#"SELECT a FROM "Ta""b""#, "PartiQLSelect", r#"Ta"b"#),
            (r#"EXISTS(SELECT * FROM "Tab" WHERE p=1)"#, "PartiQLSelect", "Tab"),
            (r#"INSERT INTO "Tab" VALUE {'p':'FROM'}"#, "PartiQLInsert", "Tab"),
            ("UPDATE Tab SET a=1 WHERE p=1", "PartiQLUpdate", "Tab"),
            ("FROM Tab WHERE p=1 SET a=1", "PartiQLUpdate", "Tab"),
            ("DELETE FROM Tab WHERE p=1", "PartiQLDelete", "Tab"),
        ] {
            assert_eq!(read(statement), Some(vec![(action, table.to_owned())]), "{statement}");
        }
    }

    #[test]
    fn an_attribute_called_from_hides_no_table() {
        let both = ["FROM", "Tab"].map(|table| ("PartiQLSelect", table.to_owned()));
        assert_eq!(read(r#"SELECT a.FROM FROM "Tab""#), Some(both.to_vec()));
    }

    #[test]
    fn what_names_no_table_is_no_statement() {
        for statement in
            ["", "SELECT 1", "SELECT * FROM", r#"SELECT * FROM "Tab"#, "SELECT /* FROM a"]
        {
            assert_eq!(read(statement), None, "{statement}");
        }
    }
}
