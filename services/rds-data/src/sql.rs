//! Named parameters: `:name` in a statement becomes PostgreSQL's `$1`.
//!
//! A colon in a text, a quoted name, a comment or a dollar-quoted text means nothing, nor does a cast's `::`.

/// A statement as PostgreSQL takes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    /// The names of `$1`, `$2` … Each is there once.
    pub(crate) names: Vec<String>,
}

impl Sql {
    pub(crate) fn parse(source: &str) -> Self {
        let mut sql = Sql { text: String::with_capacity(source.len()), names: Vec::new() };
        let mut rest = source;
        while let Some(at) = rest.find(['\'', '"', '-', '/', '$', ':', 'e', 'E']) {
            // What is part of a word begins nothing: `note'…` is one, and `a$1` is a name.
            let is_in_word = rest[..at].chars().next_back().or(sql.text.chars().next_back());
            let is_in_word = is_in_word.is_some_and(is_of_name);
            sql.text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some((name, len)) = parameter(rest) {
                let place = sql.names.iter().position(|known| known == name);
                let place = place.unwrap_or_else(|| {
                    sql.names.push(name.to_owned());
                    sql.names.len() - 1
                });
                sql.text.push_str(&format!("${}", place + 1));
                rest = &rest[len..];
            } else {
                let (taken, after) = rest.split_at(opaque(rest, is_in_word));
                sql.text.push_str(taken);
                rest = after;
            }
        }
        sql.text.push_str(rest);
        sql
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

/// The name of the parameter that the text begins with, and its length with the colon.
fn parameter(text: &str) -> Option<(&str, usize)> {
    let name = text.strip_prefix(':')?;
    if !name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
        return None;
    }
    let is_end = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let name = &name[..name.find(is_end).unwrap_or(name.len())];
    Some((name, name.len() + 1))
}

/// How many bytes at the beginning of the text mean nothing to us; at least one letter.
fn opaque(text: &str, is_in_word: bool) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    match text.as_bytes() {
        [b'e' | b'E', b'\'', ..] if !is_in_word => first + quoted(&text[first..], '\'', true),
        [b'\'', ..] => quoted(text, '\'', false),
        [b'"', ..] => quoted(text, '"', false),
        [b'-', b'-', ..] => text.find('\n').map_or(text.len(), |end| end + 1),
        [b'/', b'*', ..] => comment(text),
        [b'$', ..] if !is_in_word => dollar_quoted(text).unwrap_or(first),
        [b':', b':', ..] => 2,
        _ => first,
    }
}

/// The length of a quoted text; doubled quotes and, in an `E'…'`, escaped ones don't end it.
fn quoted(text: &str, quote: char, has_escapes: bool) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if has_escapes => drop(letters.next()),
            _ if letter == quote => match letters.peek() {
                Some((_, next)) if *next == quote => drop(letters.next()),
                _ => return at + 1,
            },
            _ => {}
        }
    }
    text.len()
}

/// The length of a comment; PostgreSQL's nest.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['/', '*']) {
        at += found;
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of `$tag$ … $tag$`, if the text begins with one.
fn dollar_quoted(text: &str) -> Option<usize> {
    let end = text[1..].find('$')? + 2;
    let tag = &text[..end];
    let name = &tag[1..tag.len() - 1];
    let is_tag = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    is_tag.then(|| text[end..].find(tag).map_or(text.len(), |found| end + found + tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, text: &str, names: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(Sql::parse(source), Sql { text: text.to_owned(), names }, "{source}");
    }

    #[test]
    fn names_become_numbers() {
        check("select :a, :b_2, :a", "select $1, $2, $1", &["a", "b_2"]);
        check("values(:id,:Größe)", "values($1,$2)", &["id", "Größe"]);
        check("where id=:id::uuid", "where id=$1::uuid", &["id"]);
    }

    #[test]
    fn a_colon_elsewhere_means_nothing() {
        for source in [
            "select ':a', 'it''s :a', \"x:a\"\":a\"",
            "select 1::int, a[1:2], '{}'::jsonb",
            "select 1 -- :a\n, 2 /* :a /* :b */ :c */",
            "select $$ :a $$, $tag$ $$ :a $tag$",
            "select E'it\\'s :a', e'\\\\'",
            "select 'never ends :a",
            "select $1",
        ] {
            check(source, source, &[]);
        }
    }

    #[test]
    fn what_looks_like_a_quote_in_a_word_is_none() {
        check(
            "select note, :a from note$b$ where x = :b",
            "select note, $1 from note$b$ where x = $2",
            &["a", "b"],
        );
        check("select '\\', :a", "select '\\', $1", &["a"]);
        check("select 3-:a/:b", "select 3-$1/$2", &["a", "b"]);
    }
}
